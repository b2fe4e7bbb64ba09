tune_bench(cpu_bench SOURCES cpu_bench.cc)
