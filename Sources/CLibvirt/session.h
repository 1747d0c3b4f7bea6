#ifndef CLIBVIRT_SESSION_H
#define CLIBVIRT_SESSION_H

#include "CLibvirt.h"

// libvirt's own headers where they are.
#if __has_include(<libvirt/libvirt.h>) && !defined(CLIBVIRT_WITHOUT_HEADERS)
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#if LIBVIR_VERSION_NUMBER < 5004000
#error "libvirt's headers are older than 5.4: build without them, with -DCLIBVIRT_WITHOUT_HEADERS"
#endif
#if LIBVIR_VERSION_NUMBER < 7002000
#define VIR_DOMAIN_STATS_DIRTYRATE (1 << 9)
#endif
#if LIBVIR_VERSION_NUMBER < 6000000
#define VIR_DOMAIN_STATS_MEMORY (1 << 8)
#endif
#else
#include "declared.h"
#endif

// Every function that is used, by its own name.
#define CLIBVIRT_FUNCTIONS(X)     \
  X(virSetErrorFunc)              \
  X(virGetLastErrorCode)          \
  X(virGetLastErrorMessage)       \
  X(virConnectOpen)               \
  X(virConnectOpenReadOnly)       \
  X(virConnectClose)              \
  X(virConnectGetType)            \
  X(virConnectGetVersion)         \
  X(virConnectGetLibVersion)      \
  X(virConnectGetHostname)        \
  X(virConnectGetCapabilities)    \
  X(virNodeGetInfo)               \
  X(virNodeGetMemoryStats)        \
  X(virNodeGetMemoryParameters)   \
  X(virNodeGetFreePages)          \
  X(virConnectListAllDomains)     \
  X(virConnectGetAllDomainStats)  \
  X(virDomainStatsRecordListFree) \
  X(virDomainLookupByUUIDString)  \
  X(virDomainGetUUIDString)       \
  X(virDomainGetName)             \
  X(virDomainGetXMLDesc)          \
  X(virDomainMemoryStats)         \
  X(virDomainSetMemoryStatsPeriod) \
  X(virDomainFree)

struct clibvirt_functions {
#define MEMBER(name) __typeof__(&name) name;
  CLIBVIRT_FUNCTIONS(MEMBER)
#undef MEMBER
};

// What the thread of a session holds: the functions and the connection.
struct clibvirt_link {
  struct clibvirt_functions call;
  virConnectPtr connection;
};

// Binds the functions. What is wrong is written to the answer.
int clibvirt_bind(struct clibvirt_functions *functions, const char *path, clibvirt_answer *answer);

// Answers a question; called on the session's thread.
void clibvirt_answer_question(
    struct clibvirt_link *link, enum clibvirt_question question, const char *subject, int argument,
    clibvirt_answer *answer);

// Adds a field. Without memory the answer's status says so.
void clibvirt_add(
    clibvirt_answer *answer, const char *subject, const char *name, const char *text);

#endif
