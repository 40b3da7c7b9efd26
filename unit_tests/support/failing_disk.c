/* Loaded before the C library (LD_PRELOAD), makes calls on files below a folder fail, as on a bad or a full disk:
 *
 *   GSRGNN_DISK         the folder, absolute
 *   GSRGNN_DISK_CALL    which call fails, counted from 1; and how:
 *   GSRGNN_DISK_ERROR   EIO, ENOSPC, EINTR, or SHORT: half of the bytes are written
 *   GSRGNN_DISK_ROOM    so many bytes can be written in all
 *   GSRGNN_DISK_CALLS   a file for one letter a call: (w)rite, (s)ync, (t)runcate, (r)ename, (c)lose
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { kMostCalls = 1 << 16 };

static const char* folder;
static long failing_call, room = -1;
static int failing_error; /* 0: a short write */
static char calls[kMostCalls];
static atomic_long called, written;

__attribute__((constructor)) static void begin(void) {
  const char* const call = getenv("GSRGNN_DISK_CALL");
  const char* const error = getenv("GSRGNN_DISK_ERROR");
  const char* const bytes = getenv("GSRGNN_DISK_ROOM");
  folder = getenv("GSRGNN_DISK");
  if (call != NULL) failing_call = atol(call);
  if (bytes != NULL) room = atol(bytes);
  if (error == NULL) return;
  if (strcmp(error, "EIO") == 0) failing_error = EIO;
  if (strcmp(error, "ENOSPC") == 0) failing_error = ENOSPC;
  if (strcmp(error, "EINTR") == 0) failing_error = EINTR;
}

__attribute__((destructor)) static void end(void) {
  const char* const list = getenv("GSRGNN_DISK_CALLS");
  if (list == NULL) return;
  const int file = open(list, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const long count = called;
  if (syscall(SYS_write, file, calls, (size_t)(count < kMostCalls ? count : kMostCalls)) < 0) perror(list);
  syscall(SYS_close, file);
}

static int is_below(const char* path) {
  char here[4096], whole[8192];
  if (folder == NULL) return 0;
  if (path[0] != '/' && getcwd(here, sizeof here) != NULL) {
    snprintf(whole, sizeof whole, "%s/%s", here, path);
    path = whole;
  }
  const size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int is_file_below(int file) {
  char link[64], path[4096];
  const int code = errno;
  if (folder == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  errno = code;
  if (length <= 0) return 0;
  path[length] = '\0';
  return path[0] == '/' && is_below(path); /* others are pipes and the like */
}

/* Whether the call, of this letter, is the one that fails. */
static int fails(char letter) {
  const long number = ++called;
  if (number <= kMostCalls) calls[number - 1] = letter;
  return number == failing_call;
}

static ssize_t put(int file, const void* data, size_t size, off_t at, int number) {
  const int below = is_file_below(file);
  if (below && fails('w')) {
    if (failing_error != 0) {
      errno = failing_error;
      return -1;
    }
    size = (size + 1) / 2;
  }
  if (below && room >= 0) {
    const long left = room - written;
    if (left <= 0 && size > 0) {
      errno = ENOSPC;
      return -1;
    }
    if (size > (size_t)left) size = (size_t)left;
  }
  const ssize_t result = number == SYS_write ? syscall(SYS_write, file, data, size)
                                             : syscall(SYS_pwrite64, file, data, size, at);
  if (below && result > 0) written += result;
  return result;
}

ssize_t write(int file, const void* data, size_t size) {
  return put(file, data, size, 0, SYS_write);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  return put(file, data, size, at, SYS_pwrite64);
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  return put(file, data, size, at, SYS_pwrite64);
}

static int failing(int below, char letter) {
  if (!below || !fails(letter) || failing_error == 0) return 0;
  errno = failing_error;
  return 1;
}

int fsync(int file) {
  return failing(is_file_below(file), 's') ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  return failing(is_file_below(file), 's') ? -1 : (int)syscall(SYS_fdatasync, file);
}

int ftruncate(int file, off_t size) {
  return failing(is_file_below(file), 't') ? -1 : (int)syscall(SYS_ftruncate, file, size);
}

int ftruncate64(int file, off64_t size) {
  return failing(is_file_below(file), 't') ? -1 : (int)syscall(SYS_ftruncate, file, size);
}

int rename(const char* from, const char* to) {
  return failing(is_below(to), 'r') ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* The file is closed all the same, as Linux does. */
int close(int file) {
  const int below = is_file_below(file);
  const int code = (int)syscall(SYS_close, file);
  return failing(below, 'c') ? -1 : code;
}
