find_package(nlohmann_json CONFIG REQUIRED)

# Scores live sets and heap sizes on the measured runs of datasets/heap: `heap_score [FOLDER]`.
add_executable(heap_score heap_score.cc)
target_include_directories(heap_score PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(heap_score PRIVATE tune::history nlohmann_json::nlohmann_json tune_warnings)
