find_package(nlohmann_json CONFIG REQUIRED)

# Scores the capacity model on StreamBed's published runs: `streambed_score [FOLDER]`.
add_executable(streambed_score
  streambed/memory.cc
  streambed/predict.cc
  streambed/runs.cc
  streambed/score.cc
  streambed/table.cc
)
target_include_directories(streambed_score PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(streambed_score PRIVATE tune::core absl::str_format nlohmann_json::nlohmann_json ZLIB::ZLIB tune_warnings)
