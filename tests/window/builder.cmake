tune_test(window_builder_test
  SOURCES
    builder_collection_test.cc
    builder_container_test.cc
    builder_door_test.cc
    builder_gaps_test.cc
    builder_gauges_test.cc
    builder_horizon_test.cc
    builder_job_test.cc
    builder_memory_test.cc
    builder_process_test.cc
    builder_property_test.cc
    builder_source_test.cc
    check_window_test.cc
    collection_test.cc
    live_reader_test.cc
    window_builder_test.cc
  LIBS tune_test_support rapidcheck)
