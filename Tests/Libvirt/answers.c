// Prints every answer of the C shim to the questions that libvirt's test driver can answer, so that a shim
// built with libvirt's headers can be compared with one built without.

#include "CLibvirt.h"

#include <stdio.h>

static void ask(clibvirt_session *session, enum clibvirt_question question, const char *subject, int argument) {
  clibvirt_answer *answer = clibvirt_ask(session, question, subject, argument, 10000);
  printf("%d %s %d: %d %d %s\n", question, subject, argument, answer->status, answer->code, answer->message);
  for (size_t index = 0; index < answer->count; index++) {
    clibvirt_field field = answer->fields[index];
    printf("  %s %s = %s\n", field.subject, field.name, field.text);
  }
  clibvirt_free(answer);
}

int main(void) {
  static const char test[] = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  clibvirt_session *session = clibvirt_start(NULL);
  ask(session, CLIBVIRT_CONNECT, "test:///default", 0);
  ask(session, CLIBVIRT_HOST, "", 0);
  ask(session, CLIBVIRT_CAPABILITIES, "", 0);
  ask(session, CLIBVIRT_MEMORY, "", 0);
  ask(session, CLIBVIRT_MERGING, "", 0);
  ask(session, CLIBVIRT_PAGES, "4 2048 1048576", 0);
  ask(session, CLIBVIRT_DOMAINS, "", 1);
  ask(session, CLIBVIRT_DOMAINS, "", 0);
  ask(session, CLIBVIRT_STATISTICS, "", 0);
  ask(session, CLIBVIRT_XML, test, 0);
  ask(session, CLIBVIRT_BALLOON, test, 0);
  ask(session, CLIBVIRT_SET_PERIOD, test, 5);
  ask(session, CLIBVIRT_XML, "00000000-0000-0000-0000-000000000000", 0);
  clibvirt_end(session);
  return 0;
}
