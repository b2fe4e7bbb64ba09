tune_test(gc_log_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/beside_history_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/classic_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/files_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/gctoolkit_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/properties_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/shared_logs_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/unified_test.cc
  LIBS tune::history rapidcheck ZLIB::ZLIB ${TUNE_MINIZIP_LIBRARY} absl::strings)
