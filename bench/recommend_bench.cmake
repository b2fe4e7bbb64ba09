tune_bench(recommend_bench SOURCES recommend_bench.cc LIBS absl::str_format)
