# Scores CPU requests, libtune's and others', on recorded use: `cpu_traces_score [FOLDER [RATES]]`.
add_executable(cpu_traces_score
  cpu_traces/compare.cc
  cpu_traces/methods.cc
  cpu_traces/score.cc
  cpu_traces/scoring.cc
  cpu_traces/synthetic.cc
  cpu_traces/traces.cc
)
target_include_directories(cpu_traces_score PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(cpu_traces_score PRIVATE tune::core absl::str_format absl::time ZLIB::ZLIB tune_warnings)
