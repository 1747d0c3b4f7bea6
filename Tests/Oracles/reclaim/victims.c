// Lets a memory cgroup run out of memory, and says which of its processes the kernel killed.
//
//     victims CGROUP.PROCS PAGES:ADJUSTMENT… ASKER
//
// Each child writes to so many pages, with its oom_score_adj, and waits. Then the child with the number ASKER
// (from 0) writes to one page after another until the kernel kills somebody. Prints the number of that child.
// Children are ended before this returns, and when it is killed itself.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void say(const char *path, long number) {
  char text[32];
  int length = snprintf(text, sizeof text, "%ld", number);
  int file = open(path, O_WRONLY);
  if (file < 0 || write(file, text, (size_t)length) != length) fail(path);
  close(file);
}

int main(int count, char **arguments) {
  int children = count - 3, asker = atoi(arguments[count - 1]);
  if (children < 1 || children > 16 || asker >= children) return 2;
  pid_t pids[16];
  int ready[2], go[2];
  if (pipe(ready) < 0 || pipe(go) < 0) fail("pipe");
  for (int child = 0; child < children; child++) {
    char *end;
    size_t pages = strtoul(arguments[2 + child], &end, 10);
    long adjustment = strtol(end + 1, 0, 10);
    pids[child] = fork();
    if (pids[child] < 0) fail("fork");
    if (pids[child] > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    say("/proc/self/oom_score_adj", adjustment);
    say(arguments[1], getpid());
    size_t most = child == asker ? 1 << 20 : pages;
    volatile char *memory = mmap(0, most * 4096, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    madvise((void *)memory, most * 4096, MADV_NOHUGEPAGE);
    for (size_t page = 0; page < pages; page++) memory[page * 4096] = 1;
    if (write(ready[1], "r", 1) != 1) fail("write");
    char word;
    if (child != asker) {
      // Nobody writes a second word: this waits for a signal.
      for (;;) pause();
    }
    if (read(go[0], &word, 1) != 1) fail("read");
    for (size_t page = pages; page < most; page++) memory[page * 4096] = 1;
    for (;;) pause();
  }
  for (int child = 0; child < children; child++) {
    char word;
    if (read(ready[0], &word, 1) != 1) fail("read");
  }
  if (write(go[1], "g", 1) != 1) fail("write");
  int status;
  pid_t first = waitpid(-1, &status, 0);
  int killed = -1;
  for (int child = 0; child < children; child++) {
    if (pids[child] == first && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) killed = child;
  }
  for (int child = 0; child < children; child++) {
    if (pids[child] == first) continue;
    kill(pids[child], SIGKILL);
    waitpid(pids[child], 0, 0);
  }
  printf("%d\n", killed);
  return 0;
}
