# tune_plot: `tune plot`'s page. Its style, scripts and Chart.js are compiled in: a page needs nothing beside it.
find_package(nlohmann_json CONFIG REQUIRED)
find_file(TUNE_CHART_JS chart.min.js
  PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist NO_DEFAULT_PATH
  DOC "Chart.js 3, minified; Debian's libjs-chart.js has it")
if(NOT TUNE_CHART_JS)
  message(FATAL_ERROR "TUNE_CHART_JS = NOTFOUND; allowed: Chart.js 3's chart.min.js (Debian: libjs-chart.js)")
endif()
file(READ ${TUNE_CHART_JS} chart_js_head LIMIT 200)
if(NOT chart_js_head MATCHES "Chart\\.js v3\\.")
  message(FATAL_ERROR "TUNE_CHART_JS = ${TUNE_CHART_JS}; allowed: version 3 of Chart.js, with its licence comment")
endif()

# tune_text_function(OUT NAME FILES…): the C++ of a function NAME that returns the files' text. Compilers limit a
# literal's length (the standard asks for 65,536), so it is put together from chunks.
function(tune_text_function out name)
  set(code "std::string ${name}() {\n  std::string text;\n")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(LENGTH "${text}" length)
    set(at 0)
    while(at LESS length)
      string(SUBSTRING "${text}" ${at} 16000 chunk)
      string(APPEND code "  text += R\"chunk(${chunk})chunk\";\n")
      math(EXPR at "${at} + 16000")
    endwhile()
  endforeach()
  set(${out} "${code}  return text;\n}\n" PARENT_SCOPE)
endfunction()

set(TUNE_PLOT_FOLDER ${CMAKE_CURRENT_LIST_DIR}/plot)
tune_text_function(page_html PageHtml ${TUNE_PLOT_FOLDER}/page.html)
tune_text_function(page_css PageCss ${TUNE_PLOT_FOLDER}/page.css)
tune_text_function(page_js PageJs
  ${TUNE_PLOT_FOLDER}/format.js ${TUNE_PLOT_FOLDER}/charts.js ${TUNE_PLOT_FOLDER}/processes.js
  ${TUNE_PLOT_FOLDER}/page.js)
tune_text_function(chart_js ChartJs ${TUNE_CHART_JS})
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/plot_assets.cc @ONLY CONTENT [[
// Made by plot.cmake.
#include "libtune/cli/plot_assets.h"

namespace tune::plot_assets {

@page_html@
@page_css@
@page_js@
@chart_js@
}  // namespace tune::plot_assets
]])

add_library(tune_plot STATIC
  ${CMAKE_CURRENT_LIST_DIR}/plot_data.cc
  ${CMAKE_CURRENT_LIST_DIR}/plot_findings.cc
  ${CMAKE_CURRENT_LIST_DIR}/plot_html.cc
  ${CMAKE_CURRENT_LIST_DIR}/plot_json.cc
  ${CMAKE_CURRENT_LIST_DIR}/plot_processes.cc
  ${CMAKE_CURRENT_LIST_DIR}/plot_series.cc
  ${CMAKE_CURRENT_BINARY_DIR}/plot_assets.cc)
target_include_directories(tune_plot PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(tune_plot PUBLIC tune::core PRIVATE nlohmann_json::nlohmann_json absl::str_format tune_warnings)
if(TARGET tune_cli)
  target_link_libraries(tune_cli PRIVATE tune_plot)
endif()
