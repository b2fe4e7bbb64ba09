tune_bench(gc_log_bench SOURCES gc_log_bench.cc LIBS tune_history absl::str_format)
