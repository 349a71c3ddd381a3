# netcConfig.cmake: find_package(netc), then
#
#   netc_compile(TARGET NET FILE.net [WEIGHTS FILE...] [UNROLL N] [NAME PREFIX] [ARGS OPTION...])
#
# makes the static library TARGET from a net: TARGET.c and TARGET.h, which users of TARGET include as "TARGET.h". It is
# rebuilt when the net, a file it includes or a weight file changes. PREFIX begins every public name (default: TARGET
# as a C identifier); ARGS are options of netc, as in ARGS --math=libm. NETC_EXECUTABLE selects another netc.
if(CMAKE_VERSION VERSION_LESS 3.20)
  set(netc_FOUND FALSE)
  set(netc_NOT_FOUND_MESSAGE "netc wants CMake 3.20 or later for its depfiles")
  return()
endif()
cmake_policy(PUSH)
cmake_policy(VERSION 3.20)

get_filename_component(netc_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(NETC_EXECUTABLE "${netc_prefix}/bin/netc" CACHE FILEPATH "the compiler of nets")
set(NETC_INCLUDE_DIR "${netc_prefix}/include")
unset(netc_prefix)
if(NOT EXISTS "${NETC_EXECUTABLE}")
  set(netc_FOUND FALSE)
  set(netc_NOT_FOUND_MESSAGE "there is no netc at ${NETC_EXECUTABLE}; set NETC_EXECUTABLE")
endif()

function(netc_compile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NET;UNROLL;NAME" "WEIGHTS;ARGS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NET)
    message(FATAL_ERROR "netc_compile(${target}): found '${arg_UNPARSED_ARGUMENTS}'; wanted NET FILE.net "
                        "[WEIGHTS FILE...] [UNROLL N] [NAME PREFIX] [ARGS OPTION...]")
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}.netc")
  set(code "${folder}/${target}.c")
  set(header "${folder}/${target}.h")
  set(depfile "${folder}/${target}.d")
  get_filename_component(net "${arg_NET}" ABSOLUTE)
  set(inputs "${net}")
  set(options ${arg_ARGS})
  foreach(file IN LISTS arg_WEIGHTS)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND inputs "${file}")
    list(APPEND options --weights "${file}")
  endforeach()
  if(DEFINED arg_UNROLL)
    list(APPEND options --unroll "${arg_UNROLL}")
  endif()
  if(DEFINED arg_NAME)
    list(APPEND options --name "${arg_NAME}")
  endif()
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(
    OUTPUT "${code}" "${header}"
    COMMAND "${NETC_EXECUTABLE}" "${net}" ${options} -o "${code}" -MD -MF "${depfile}"
    DEPENDS ${inputs} "${NETC_EXECUTABLE}"
    DEPFILE "${depfile}"
    COMMENT "netc ${target}"
    VERBATIM)
  add_library(${target} STATIC "${code}" "${header}")
  target_include_directories(${target} PUBLIC "${folder}")
  set_target_properties(${target} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON)
  if(UNIX AND "--math=libm" IN_LIST arg_ARGS)
    target_link_libraries(${target} PUBLIC m)
  endif()
endfunction()

cmake_policy(POP)
