tune_test(prometheus_json_test
  SOURCES prometheus_json_test.cc
  LIBS tune::history rapidcheck ZLIB::ZLIB simdjson::simdjson)
