tune_bench(history_bench SOURCES history_bench.cc LIBS tune_history simdjson::simdjson)
