#ifndef CLIBVIRT_DECLARED_H
#define CLIBVIRT_DECLARED_H

// The least of libvirt's interface that is used here, for where its headers are not installed: the
// functions, structures and numbers as its documentation states them. `agreement.c` holds them
// against libvirt's own headers wherever these are.

#ifndef DECLARED
#define DECLARED(name) name
#endif

typedef struct _virConnect virConnect;
typedef virConnect *virConnectPtr;
typedef struct _virDomain virDomain;
typedef virDomain *virDomainPtr;

struct DECLARED(_virNodeInfo) {
  char model[32];
  unsigned long memory;
  unsigned int cpus;
  unsigned int mhz;
  unsigned int nodes;
  unsigned int sockets;
  unsigned int cores;
  unsigned int threads;
};

struct DECLARED(_virNodeMemoryStats) {
  char field[80];
  unsigned long long value;
};

struct DECLARED(_virDomainMemoryStat) {
  int tag;
  unsigned long long val;
};

struct DECLARED(_virTypedParameter) {
  char field[80];
  int type;
  union {
    int i;
    unsigned int ui;
    long long int l;
    unsigned long long int ul;
    double d;
    char b;
    char *s;
  } value;
};

struct DECLARED(_virDomainStatsRecord) {
  virDomainPtr dom;
  struct _virTypedParameter *params;
  int nparams;
};

typedef struct _virNodeInfo virNodeInfo;
typedef virNodeInfo *virNodeInfoPtr;
typedef struct _virNodeMemoryStats virNodeMemoryStats;
typedef virNodeMemoryStats *virNodeMemoryStatsPtr;
typedef struct _virDomainMemoryStat virDomainMemoryStatStruct;
typedef virDomainMemoryStatStruct *virDomainMemoryStatPtr;
typedef struct _virTypedParameter virTypedParameter;
typedef virTypedParameter *virTypedParameterPtr;
typedef struct _virDomainStatsRecord virDomainStatsRecord;
typedef virDomainStatsRecord *virDomainStatsRecordPtr;
typedef struct _virError virError;
typedef virError *virErrorPtr;
typedef void (*virErrorFunc)(void *userData, virErrorPtr error);

enum {
  DECLARED(VIR_TYPED_PARAM_INT) = 1,
  DECLARED(VIR_TYPED_PARAM_UINT) = 2,
  DECLARED(VIR_TYPED_PARAM_LLONG) = 3,
  DECLARED(VIR_TYPED_PARAM_ULLONG) = 4,
  DECLARED(VIR_TYPED_PARAM_DOUBLE) = 5,
  DECLARED(VIR_TYPED_PARAM_BOOLEAN) = 6,
  DECLARED(VIR_TYPED_PARAM_STRING) = 7,

  DECLARED(VIR_NODE_MEMORY_STATS_ALL_CELLS) = -1,

  DECLARED(VIR_CONNECT_LIST_DOMAINS_ACTIVE) = 1 << 0,
  DECLARED(VIR_CONNECT_LIST_DOMAINS_INACTIVE) = 1 << 1,

  DECLARED(VIR_DOMAIN_STATS_STATE) = 1 << 0,
  DECLARED(VIR_DOMAIN_STATS_BALLOON) = 1 << 2,
  DECLARED(VIR_DOMAIN_STATS_VCPU) = 1 << 3,
  DECLARED(VIR_DOMAIN_STATS_MEMORY) = 1 << 8,
  DECLARED(VIR_DOMAIN_STATS_DIRTYRATE) = 1 << 9,
  DECLARED(VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE) = 1 << 0,
  DECLARED(VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT) = 1 << 29,

  DECLARED(VIR_DOMAIN_MEMORY_STAT_SWAP_IN) = 0,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_SWAP_OUT) = 1,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT) = 2,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT) = 3,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_UNUSED) = 4,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_AVAILABLE) = 5,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON) = 6,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_RSS) = 7,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_USABLE) = 8,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE) = 9,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_DISK_CACHES) = 10,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC) = 11,
  DECLARED(VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL) = 12,

  DECLARED(VIR_DOMAIN_AFFECT_LIVE) = 1 << 0,
};

// Not renamed: a compiler that has seen libvirt's headers refuses these if they differ.
void virSetErrorFunc(void *userData, virErrorFunc handler);
int virGetLastErrorCode(void);
const char *virGetLastErrorMessage(void);
virConnectPtr virConnectOpen(const char *name);
virConnectPtr virConnectOpenReadOnly(const char *name);
int virConnectClose(virConnectPtr conn);
const char *virConnectGetType(virConnectPtr conn);
int virConnectGetVersion(virConnectPtr conn, unsigned long *hvVer);
int virConnectGetLibVersion(virConnectPtr conn, unsigned long *libVer);
char *virConnectGetHostname(virConnectPtr conn);
char *virConnectGetCapabilities(virConnectPtr conn);
int virNodeGetInfo(virConnectPtr conn, virNodeInfoPtr info);
int virNodeGetMemoryStats(
    virConnectPtr conn, int cellNum, virNodeMemoryStatsPtr params, int *nparams, unsigned int flags);
int virNodeGetMemoryParameters(
    virConnectPtr conn, virTypedParameterPtr params, int *nparams, unsigned int flags);
int virNodeGetFreePages(
    virConnectPtr conn, unsigned int npages, unsigned int *pages, int startcell,
    unsigned int cellcount, unsigned long long *counts, unsigned int flags);
int virConnectListAllDomains(virConnectPtr conn, virDomainPtr **domains, unsigned int flags);
int virConnectGetAllDomainStats(
    virConnectPtr conn, unsigned int stats, virDomainStatsRecordPtr **retStats, unsigned int flags);
void virDomainStatsRecordListFree(virDomainStatsRecordPtr *stats);
virDomainPtr virDomainLookupByUUIDString(virConnectPtr conn, const char *uuid);
int virDomainGetUUIDString(virDomainPtr domain, char *buf);
const char *virDomainGetName(virDomainPtr domain);
char *virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags);
int virDomainMemoryStats(
    virDomainPtr dom, virDomainMemoryStatPtr stats, unsigned int nr_stats, unsigned int flags);
int virDomainSetMemoryStatsPeriod(virDomainPtr domain, int period, unsigned int flags);
int virDomainFree(virDomainPtr domain);

#endif
