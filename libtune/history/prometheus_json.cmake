target_sources(tune_history PRIVATE
  json_scanner.cc
  prometheus_index.cc
  prometheus_json.cc
  prometheus_merge.cc
  prometheus_parallelism.cc
  prometheus_points.cc
  prometheus_series.cc
  whole_bytes.cc
)
