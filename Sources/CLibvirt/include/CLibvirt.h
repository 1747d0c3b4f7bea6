#ifndef CLIBVIRT_H
#define CLIBVIRT_H

#include <stddef.h>

// What the reader of hosts needs of libvirt: questions go in, fields of text come out. libvirt itself is
// bound when a session starts, and none of its types is seen here.
//
// Numbers come as text, as `virsh` prints them, so that a live connection and a captured host are read
// by the same code.

enum clibvirt_status {
  CLIBVIRT_DONE,
  CLIBVIRT_NO_LIBRARY,   // the library can't be loaded
  CLIBVIRT_NO_FUNCTION,  // the library is too old
  CLIBVIRT_REFUSED,      // libvirt answered with an error
  CLIBVIRT_LATE,         // no answer came in time; the session answers no more
  CLIBVIRT_NO_MEMORY
};

enum clibvirt_question {
  CLIBVIRT_CONNECT,     // subject: the URI, or "" for libvirt's own choice; argument: 1 to be able to write
  CLIBVIRT_HOST,        // names, versions and the node's processors and memory
  CLIBVIRT_CAPABILITIES,// one field, the XML
  CLIBVIRT_MEMORY,      // the node's memory statistics
  CLIBVIRT_MERGING,     // same-page merging
  CLIBVIRT_PAGES,       // subject: page sizes in KiB; argument: a cell. Its free pages by size
  CLIBVIRT_DOMAINS,     // argument: 1 for the running ones, 0 for the others. Names by UUID
  CLIBVIRT_STATISTICS,  // the bulk statistics of all running domains, by UUID
  CLIBVIRT_XML,         // subject: a UUID. One field, the XML
  CLIBVIRT_BALLOON,     // subject: a UUID. The memory statistics of one domain
  CLIBVIRT_SET_PERIOD   // subject: a UUID; argument: seconds between statistics of its balloon
};

typedef struct {
  char *subject;  // the domain's UUID; empty for the host
  char *name;
  char *text;
} clibvirt_field;

typedef struct {
  enum clibvirt_status status;
  // libvirt's number of the error, if it refused.
  int code;
  // What libvirt or the loader said, if it is not done.
  char message[512];
  clibvirt_field *fields;
  size_t count;
} clibvirt_answer;

typedef struct clibvirt_session clibvirt_session;

// A session with a thread of its own, or NULL without memory. The library is loaded from `path`, or from
// where the loader finds libvirt.so.0.
clibvirt_session *clibvirt_start(const char *path);

// The answer to a question, after at most so many milliseconds. Never NULL but without memory.
clibvirt_answer *clibvirt_ask(
    clibvirt_session *session, enum clibvirt_question question, const char *subject, int argument,
    int milliseconds);

void clibvirt_free(clibvirt_answer *answer);

// Ends a session and closes its connection. One that hangs is left to its thread.
void clibvirt_end(clibvirt_session *session);

#endif
