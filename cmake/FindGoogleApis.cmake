# Finds the .proto files of google.rpc, which Debian's packages lack, in the Python package googleapis-common-protos.
#
# Searched: the folder LIBTUNE_GOOGLEAPIS_DIR (…/site-packages), then the virtual environment .cache/protos of the project.
#
#   GoogleApis_FOUND, GoogleApis_DIR   import root: google/rpc/error_details.proto is in it
include(FindPackageHandleStandardArgs)

set(LIBTUNE_GOOGLEAPIS_DIR "" CACHE PATH "Folder with google/rpc/error_details.proto in it")

set(_googleapis_dirs ${LIBTUNE_GOOGLEAPIS_DIR})
if(NOT _googleapis_dirs)
  file(GLOB _googleapis_dirs ${PROJECT_SOURCE_DIR}/.cache/protos/lib/python3*/site-packages)
endif()
find_path(GoogleApis_DIR google/rpc/error_details.proto PATHS ${_googleapis_dirs} NO_DEFAULT_PATH NO_CACHE)
find_package_handle_standard_args(GoogleApis REQUIRED_VARS GoogleApis_DIR)
