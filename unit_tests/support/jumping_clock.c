/* Loaded before the C library (LD_PRELOAD), makes the time of day jump five hours forward or back every 20 ms, as when
 * somebody keeps setting the clock. The monotonic clock is left alone. */

#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void jump(struct timespec* t) {
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  const long step = (now.tv_sec * 1000 + now.tv_nsec / 1000000) / 20;
  t->tv_sec += step % 2 == 0 ? 5 * 3600 : -5 * 3600;
}

int clock_gettime(clockid_t clock, struct timespec* t) {
  const int code = (int)syscall(SYS_clock_gettime, clock, t);
  if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) jump(t);
  return code;
}

int gettimeofday(struct timeval* restrict t, void* restrict zone) {
  struct timespec precise;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &precise);
  t->tv_sec = precise.tv_sec;
  t->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* t) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (t != NULL) *t = precise.tv_sec;
  return precise.tv_sec;
}
