# GC logs of HotSpot, part of tune_history. minizip reads zip archives; Debian's libminizip-dev has it.
find_path(TUNE_MINIZIP_INCLUDE minizip/unzip.h)
find_library(TUNE_MINIZIP_LIBRARY minizip)
if(NOT TUNE_MINIZIP_INCLUDE OR NOT TUNE_MINIZIP_LIBRARY)
  message(FATAL_ERROR "TUNE_MINIZIP_LIBRARY = ${TUNE_MINIZIP_LIBRARY}; allowed: minizip with its headers "
                      "(Debian: libminizip-dev)")
endif()

target_sources(tune_history PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/beside_history.cc
  ${CMAKE_CURRENT_LIST_DIR}/classic.cc
  ${CMAKE_CURRENT_LIST_DIR}/classic_cycles.cc
  ${CMAKE_CURRENT_LIST_DIR}/classic_record.cc
  ${CMAKE_CURRENT_LIST_DIR}/collection_queue.cc
  ${CMAKE_CURRENT_LIST_DIR}/cursor.cc
  ${CMAKE_CURRENT_LIST_DIR}/gc_log.cc
  ${CMAKE_CURRENT_LIST_DIR}/line_feeder.cc
  ${CMAKE_CURRENT_LIST_DIR}/log_files.cc
  ${CMAKE_CURRENT_LIST_DIR}/log_lines.cc
  ${CMAKE_CURRENT_LIST_DIR}/stamp.cc
  ${CMAKE_CURRENT_LIST_DIR}/unified.cc
  ${CMAKE_CURRENT_LIST_DIR}/unified_cycles.cc
  ${CMAKE_CURRENT_LIST_DIR}/unified_facts.cc
  ${CMAKE_CURRENT_LIST_DIR}/unified_nested.cc
  ${CMAKE_CURRENT_LIST_DIR}/unified_spaces.cc
  ${CMAKE_CURRENT_LIST_DIR}/zip_bytes.cc)
target_link_libraries(tune_history PRIVATE $<BUILD_INTERFACE:${TUNE_MINIZIP_LIBRARY}> $<INSTALL_INTERFACE:minizip>)
