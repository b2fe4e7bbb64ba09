tune_bench(pack_bench SOURCES pack_bench.cc)
