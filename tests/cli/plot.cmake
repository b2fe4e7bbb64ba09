# Tests of `tune plot`'s page; include()d by this folder's CMakeLists.txt.
tune_test(plot_html_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/plot_html_test.cc ${CMAKE_CURRENT_LIST_DIR}/plot_page.cc
    ${CMAKE_CURRENT_LIST_DIR}/plot_processes_test.cc ${CMAKE_CURRENT_LIST_DIR}/plot_series_test.cc
  LIBS tune_plot tune_test_support simdjson::simdjson rapidcheck)
