# Finds Arrow C++ and Parquet in a pyarrow wheel, which brings headers and libraries but no CMake package.
#
# Searched: the folder LIBTUNE_PYARROW_DIR (…/site-packages/pyarrow), then the virtual environments .cache/venv and
# .cache/pyarrow of the project. The wheel is made for one C++ ABI, the new one; libraries have versioned names only.
#
#   PyArrow_FOUND, PyArrow_VERSION
#   PyArrow::parquet   Parquet with Arrow
include(FindPackageHandleStandardArgs)

set(LIBTUNE_PYARROW_DIR "" CACHE PATH "Folder of the Python package pyarrow, with include/ and libarrow.so.* in it")

set(_pyarrow_dirs ${LIBTUNE_PYARROW_DIR})
if(NOT _pyarrow_dirs)
  file(GLOB _pyarrow_dirs ${PROJECT_SOURCE_DIR}/.cache/venv/lib/python3*/site-packages/pyarrow
       ${PROJECT_SOURCE_DIR}/.cache/pyarrow/lib/python3*/site-packages/pyarrow)
endif()

unset(PyArrow_INCLUDE_DIR)
unset(PyArrow_VERSION)
foreach(_pyarrow_dir IN LISTS _pyarrow_dirs)
  # 26.0.1 is libarrow.so.2600.
  file(GLOB _pyarrow_arrow ${_pyarrow_dir}/libarrow.so.*00)
  file(GLOB _pyarrow_parquet ${_pyarrow_dir}/libparquet.so.*00)
  if(EXISTS ${_pyarrow_dir}/include/parquet/arrow/reader.h AND _pyarrow_arrow AND _pyarrow_parquet)
    list(GET _pyarrow_arrow 0 PyArrow_ARROW_LIBRARY)
    list(GET _pyarrow_parquet 0 PyArrow_PARQUET_LIBRARY)
    set(PyArrow_INCLUDE_DIR ${_pyarrow_dir}/include)
    file(STRINGS ${PyArrow_INCLUDE_DIR}/arrow/util/config.h _pyarrow_version
         REGEX "#define ARROW_VERSION_STRING \"[0-9.]+")
    string(REGEX MATCH "[0-9][0-9.]*" PyArrow_VERSION "${_pyarrow_version}")
    break()
  endif()
endforeach()

find_package_handle_standard_args(PyArrow
  REQUIRED_VARS PyArrow_PARQUET_LIBRARY PyArrow_ARROW_LIBRARY PyArrow_INCLUDE_DIR VERSION_VAR PyArrow_VERSION
  REASON_FAILURE_MESSAGE "install it with `python3 -m venv .cache/venv && .cache/venv/bin/pip install pyarrow==26.0.1`, \
or set LIBTUNE_PYARROW_DIR")

if(PyArrow_FOUND AND NOT TARGET PyArrow::parquet)
  add_library(PyArrow::arrow SHARED IMPORTED)
  set_target_properties(PyArrow::arrow PROPERTIES
    IMPORTED_LOCATION ${PyArrow_ARROW_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${PyArrow_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS _GLIBCXX_USE_CXX11_ABI=1)
  add_library(PyArrow::parquet SHARED IMPORTED)
  set_target_properties(PyArrow::parquet PROPERTIES
    IMPORTED_LOCATION ${PyArrow_PARQUET_LIBRARY}
    INTERFACE_LINK_LIBRARIES PyArrow::arrow)
  # libparquet exports the functions of a newer simdjson that is built into it. A program's own simdjson must be found
  # first, or its parsers are made by the one and destroyed by the other; so it goes in front of all libraries.
  # libparquet itself asks simdjson only for encryption keys and geographic columns, which libtune does not read.
  if(TARGET simdjson::simdjson)
    target_link_options(PyArrow::parquet INTERFACE
      LINKER:--push-state,--no-as-needed $<TARGET_FILE:simdjson::simdjson> LINKER:--pop-state)
  endif()
endif()
