if(LIBTUNE_WITH_SERVICE)
  tune_bench(store_bench SOURCES store_bench.cc LIBS tune::store)
endif()
