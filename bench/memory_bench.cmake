tune_bench(memory_bench SOURCES memory_bench.cc)
