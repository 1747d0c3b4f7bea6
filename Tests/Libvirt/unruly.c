// A library with libvirt's functions whose host does what real ones do at the wrong moment. Domains by their
// names: "vanishes" is gone when its XML is asked for, "leaves" when its statistics are, "refuses" gives no
// XML, "hangs" never answers, "broken" has XML that is none, "plain" and "last" are well. The URI
// "hangs" never connects, "refuses" refuses.

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"plain",  "vanishes", "leaves", "refuses",
                                    "hangs",  "broken",   "last"};
enum { COUNT = sizeof names / sizeof names[0] };

static __thread int code;
static __thread const char *message;

static int fail(int number, const char *text) {
  code = number;
  message = text;
  return -1;
}

void virSetErrorFunc(void *data, virErrorFunc handler) {
  (void)data;
  (void)handler;
}
int virGetLastErrorCode(void) { return code; }
const char *virGetLastErrorMessage(void) { return message; }

virConnectPtr virConnectOpenReadOnly(const char *name) {
  if (name != NULL && strcmp(name, "hangs") == 0) {
    pause();
  }
  if (name != NULL && strcmp(name, "refuses") == 0) {
    fail(VIR_ERR_AUTH_FAILED, "authentication failed: no agent is available");
    return NULL;
  }
  return (virConnectPtr)names;
}
virConnectPtr virConnectOpen(const char *name) { return virConnectOpenReadOnly(name); }
int virConnectClose(virConnectPtr connection) {
  (void)connection;
  return 0;
}
const char *virConnectGetType(virConnectPtr connection) {
  (void)connection;
  return "Unruly";
}
int virConnectGetVersion(virConnectPtr connection, unsigned long *version) {
  (void)connection;
  *version = 1;
  return 0;
}
int virConnectGetLibVersion(virConnectPtr connection, unsigned long *version) {
  return virConnectGetVersion(connection, version);
}
char *virConnectGetHostname(virConnectPtr connection) {
  (void)connection;
  return strdup("unruly");
}
char *virConnectGetCapabilities(virConnectPtr connection) {
  (void)connection;
  return strdup("<capabilities>");
}
int virNodeGetInfo(virConnectPtr connection, virNodeInfoPtr info) {
  (void)connection;
  memset(info, 0, sizeof *info);
  memset(info->model, 'x', sizeof info->model);
  info->memory = 1 << 20;
  info->cpus = 4;
  return 0;
}
int virNodeGetMemoryStats(
    virConnectPtr connection, int cell, virNodeMemoryStatsPtr statistics, int *count, unsigned int flags) {
  (void)connection, (void)cell, (void)statistics, (void)count, (void)flags;
  return fail(VIR_ERR_NO_SUPPORT, "not supported");
}
int virNodeGetMemoryParameters(
    virConnectPtr connection, virTypedParameterPtr parameters, int *count, unsigned int flags) {
  (void)connection, (void)parameters, (void)count, (void)flags;
  return fail(VIR_ERR_NO_SUPPORT, "not supported");
}
int virNodeGetFreePages(
    virConnectPtr connection, unsigned int pages, unsigned int *sizes, int start, unsigned int cells,
    unsigned long long *counts, unsigned int flags) {
  (void)connection, (void)pages, (void)sizes, (void)start, (void)cells, (void)counts, (void)flags;
  return fail(VIR_ERR_NO_SUPPORT, "not supported");
}
int virConnectListAllDomains(virConnectPtr connection, virDomainPtr **domains, unsigned int flags) {
  (void)connection;
  int count = flags & VIR_CONNECT_LIST_DOMAINS_ACTIVE ? COUNT : 1;
  *domains = calloc(COUNT + 1, sizeof **domains);
  for (int index = 0; index < count; index++) {
    (*domains)[index] = (virDomainPtr)&names[index];
  }
  return count;
}
int virConnectGetAllDomainStats(
    virConnectPtr connection, unsigned int statistics, virDomainStatsRecordPtr **records,
    unsigned int flags) {
  (void)connection, (void)statistics, (void)records, (void)flags;
  return fail(VIR_ERR_NO_SUPPORT, "not supported by the connection driver");
}
void virDomainStatsRecordListFree(virDomainStatsRecordPtr *records) { (void)records; }
virDomainPtr virDomainLookupByUUIDString(virConnectPtr connection, const char *uuid) {
  (void)connection;
  int number = atoi(uuid + 24) - 1;
  if (number < 0 || number >= COUNT || strcmp(names[number], "vanishes") == 0) {
    fail(VIR_ERR_NO_DOMAIN, "Domain not found");
    return NULL;
  }
  return (virDomainPtr)&names[number];
}
int virDomainGetUUIDString(virDomainPtr domain, char *text) {
  snprintf(
      text, VIR_UUID_STRING_BUFLEN, "00000000-0000-0000-0000-%012d",
      (int)((const char *const *)domain - names) + 1);
  return 0;
}
const char *virDomainGetName(virDomainPtr domain) { return *(const char *const *)domain; }
char *virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags) {
  (void)flags;
  const char *name = virDomainGetName(domain);
  if (strcmp(name, "refuses") == 0) {
    fail(VIR_ERR_OPERATION_DENIED, "operation forbidden: read only access");
    return NULL;
  }
  if (strcmp(name, "hangs") == 0) {
    pause();
  }
  if (strcmp(name, "broken") == 0) {
    return strdup("<domain type='kvm'><memory>12</domain>");
  }
  char text[512];
  snprintf(
      text, sizeof text,
      "<domain type='kvm'><name>%s</name><memory unit='MiB'>512</memory><vcpu>2</vcpu><devices>"
      "<memballoon model='virtio'><stats period='3'/></memballoon></devices></domain>",
      name);
  return strdup(text);
}
int virDomainMemoryStats(
    virDomainPtr domain, virDomainMemoryStatPtr statistics, unsigned int room, unsigned int flags) {
  (void)flags;
  if (strcmp(virDomainGetName(domain), "leaves") == 0) {
    return fail(VIR_ERR_OPERATION_INVALID, "Requested operation is not valid: domain is not running");
  }
  // More than is known, in case the room is not looked at.
  unsigned int count = 0;
  for (int tag = 0; tag < 40 && count < room; tag++) {
    statistics[count].tag = tag;
    statistics[count].val = tag == VIR_DOMAIN_MEMORY_STAT_RSS ? 1024 : 0;
    count++;
  }
  return (int)count;
}
int virDomainSetMemoryStatsPeriod(virDomainPtr domain, int period, unsigned int flags) {
  (void)domain, (void)period, (void)flags;
  return fail(VIR_ERR_OPERATION_DENIED, "denied");
}
int virDomainFree(virDomainPtr domain) {
  (void)domain;
  return 0;
}
