# nsew_room(NAME [NEEDS room...] [USES package...]): the folder NAME as a static library.
function(nsew_room name)
  cmake_parse_arguments(room "" "" "NEEDS;USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/app/main\\.cpp$")
  add_library(room_${name} STATIC ${sources})
  set_target_properties(room_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(room_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM room_NEEDS PREPEND room_)
  list(TRANSFORM room_USES PREPEND uses_)
  target_link_libraries(room_${name} PUBLIC ${room_NEEDS} ${room_USES} nsew_flags)
endfunction()

# nsew_embed(ROOM NAME DIR GLOB): every file of DIR that matches, as bytes in the binary; see base/embedded.hpp.
function(nsew_embed room name dir glob)
  file(GLOB files CONFIGURE_DEPENDS ${dir}/${glob})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUTPUT=${output} "-DFILES=${files}" -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${files} ${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(room_${room} PRIVATE ${output})
endfunction()

add_library(nsew_flags INTERFACE)
target_compile_options(nsew_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(NSEW_WERROR)
  target_compile_options(nsew_flags INTERFACE -Werror)
endif()
target_compile_definitions(nsew_flags INTERFACE NSEW_VERSION="${PROJECT_VERSION}")
if(NSEW_SANITIZE)
  target_compile_options(nsew_flags INTERFACE -fsanitize=${NSEW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(nsew_flags INTERFACE -fsanitize=${NSEW_SANITIZE})
endif()
