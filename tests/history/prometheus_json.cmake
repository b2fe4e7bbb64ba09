tune_test(prometheus_json_test
  SOURCES plain_points_test.cc prometheus_json_test.cc
  LIBS tune::history rapidcheck ZLIB::ZLIB simdjson::simdjson)
