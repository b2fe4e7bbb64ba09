# Installs the build into a scratch prefix, then configures, builds and runs tests/install against it.
#   cmake -DBUILD=… -DSOURCE=… -DGENERATOR=… -DCXX=… -DCXX_FLAGS=… -DBUILD_TYPE=… -DPROGRAM=… -P install_check.cmake
set(scratch ${BUILD}/install_check)
file(REMOVE_RECURSE ${scratch})

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${scratch}/prefix)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${scratch}/build
    -DCMAKE_PREFIX_PATH=${scratch}/prefix -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
    -DCMAKE_BUILD_TYPE=${BUILD_TYPE} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_FLAGS=${CXX_FLAGS})
run(${CMAKE_COMMAND} --build ${scratch}/build)
run(${scratch}/build/uses_libtune)
run(${scratch}/prefix/${PROGRAM} --version)
