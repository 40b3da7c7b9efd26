#include <unistd.h>

#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/util/blas.hpp>
#include <gsrgnn/util/standard_streams.hpp>

int main(int argc, char** argv) {
  const int code = gsrgnn::cli::run(argc, argv);
  if (gsrgnn::blas_threads_can_end()) return code;
  // At a usual end the BLAS library joins its threads, which with little memory wait for ever for a buffer of theirs.
  gsrgnn::flush_output();
  ::_exit(code);
}
