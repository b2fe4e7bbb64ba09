find_package(nlohmann_json CONFIG REQUIRED)

# Scores what is read of GC logs against what is known of them: `gc_logs_score`.
add_executable(gc_logs_score gc_logs/reading.cc gc_logs/score.cc gc_logs/truth.cc)
target_include_directories(gc_logs_score PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(gc_logs_score PRIVATE tune_cli nlohmann_json::nlohmann_json absl::str_format absl::strings tune_warnings)
