tune_bench(window_bench SOURCES window_bench.cc)
