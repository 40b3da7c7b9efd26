# Writes OUTPUT (a header naming version, git revision and what builds it) when its content changes; run at every build.
execute_process(
  COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE revision
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision)
  set(revision "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[#pragma once
#define GSRGNN_VERSION "@VERSION@"
#define GSRGNN_REVISION "@revision@"
#define GSRGNN_COMPILER "@COMPILER@"
#define GSRGNN_BACKENDS "@BACKENDS@"
]] @ONLY)
