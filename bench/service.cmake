if(LIBTUNE_WITH_SERVICE)
  add_library(echo_proto STATIC service/echo.proto)
  target_link_libraries(echo_proto PUBLIC protobuf::libprotobuf gRPC::grpc++)
  target_include_directories(echo_proto SYSTEM PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
  protobuf_generate(TARGET echo_proto LANGUAGE cpp)
  protobuf_generate(TARGET echo_proto LANGUAGE grpc GENERATE_EXTENSIONS .grpc.pb.h .grpc.pb.cc
    PLUGIN "protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")

  add_executable(service_score service/open_loop.cc service/score.cc)
  target_include_directories(service_score PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(service_score PRIVATE echo_proto tune::service tune::history absl::str_format tune_warnings)

  find_package(CURL REQUIRED)
  add_executable(fleet_score service/fleet.cc service/fleet_job.cc service/fleet_score.cc service/open_loop.cc
    service/tuned_process.cc)
  target_include_directories(fleet_score PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(fleet_score PRIVATE tune::service_proto tune::codec absl::str_format CURL::libcurl CLI11::CLI11
    tune_warnings)
  target_compile_definitions(fleet_score PRIVATE TUNED_PATH="$<TARGET_FILE:tuned>")
  add_dependencies(fleet_score tuned)
endif()
