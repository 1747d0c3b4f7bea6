#include "session.h"

#include <dlfcn.h>
#include <stdio.h>

static void be_quiet(void *data, virErrorPtr error) {
  // The answer carries what libvirt would print.
  (void)data;
  (void)error;
}

int clibvirt_bind(struct clibvirt_functions *functions, const char *path, clibvirt_answer *answer) {
  void *library = dlopen(path != NULL ? path : "libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    const char *reason = dlerror();
    answer->status = CLIBVIRT_NO_LIBRARY;
    snprintf(answer->message, sizeof answer->message, "%s", reason != NULL ? reason : "");
    return 0;
  }
#define BIND(name)                                                           \
  functions->name = (__typeof__(&name))dlsym(library, #name);                \
  if (functions->name == NULL) {                                             \
    answer->status = CLIBVIRT_NO_FUNCTION;                                   \
    snprintf(answer->message, sizeof answer->message, "%s", #name);          \
    return 0;                                                                \
  }
  CLIBVIRT_FUNCTIONS(BIND)
#undef BIND
  functions->virSetErrorFunc(NULL, be_quiet);
  // The library stays: a thread of it may outlive every session.
  return 1;
}
