if(LIBTUNE_WITH_SERVICE)
  tune_bench(answer_bench SOURCES answer_bench.cc LIBS tune::service)
endif()
