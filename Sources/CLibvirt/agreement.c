// The least declaration against libvirt's own headers, wherever these are installed: where they differ,
// this does not compile.

#if __has_include(<libvirt/libvirt.h>)

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stddef.h>

#define DECLARED(name) declared##name
#include "declared.h"

#define SAME_SIZE(type) \
  _Static_assert(sizeof(struct type) == sizeof(struct declared##type), #type " has another size")
#define SAME_FIELD(type, field)                                                                    \
  _Static_assert(offsetof(struct type, field) == offsetof(struct declared##type, field),           \
                 #type "." #field " stands elsewhere");                                            \
  _Static_assert(sizeof(((struct type *)0)->field) == sizeof(((struct declared##type *)0)->field), \
                 #type "." #field " has another size")
#define SAME_NUMBER(name) _Static_assert((int)name == (int)declared##name, #name " is another number")

SAME_SIZE(_virNodeInfo);
SAME_FIELD(_virNodeInfo, model);
SAME_FIELD(_virNodeInfo, memory);
SAME_FIELD(_virNodeInfo, cpus);
SAME_FIELD(_virNodeInfo, mhz);
SAME_FIELD(_virNodeInfo, nodes);
SAME_FIELD(_virNodeInfo, sockets);
SAME_FIELD(_virNodeInfo, cores);
SAME_FIELD(_virNodeInfo, threads);
SAME_SIZE(_virNodeMemoryStats);
SAME_FIELD(_virNodeMemoryStats, field);
SAME_FIELD(_virNodeMemoryStats, value);
SAME_SIZE(_virDomainMemoryStat);
SAME_FIELD(_virDomainMemoryStat, tag);
SAME_FIELD(_virDomainMemoryStat, val);
SAME_SIZE(_virTypedParameter);
SAME_FIELD(_virTypedParameter, field);
SAME_FIELD(_virTypedParameter, type);
SAME_FIELD(_virTypedParameter, value.i);
SAME_FIELD(_virTypedParameter, value.ui);
SAME_FIELD(_virTypedParameter, value.l);
SAME_FIELD(_virTypedParameter, value.ul);
SAME_FIELD(_virTypedParameter, value.d);
SAME_FIELD(_virTypedParameter, value.b);
SAME_FIELD(_virTypedParameter, value.s);
SAME_SIZE(_virDomainStatsRecord);
SAME_FIELD(_virDomainStatsRecord, dom);
SAME_FIELD(_virDomainStatsRecord, params);
SAME_FIELD(_virDomainStatsRecord, nparams);

SAME_NUMBER(VIR_TYPED_PARAM_INT);
SAME_NUMBER(VIR_TYPED_PARAM_UINT);
SAME_NUMBER(VIR_TYPED_PARAM_LLONG);
SAME_NUMBER(VIR_TYPED_PARAM_ULLONG);
SAME_NUMBER(VIR_TYPED_PARAM_DOUBLE);
SAME_NUMBER(VIR_TYPED_PARAM_BOOLEAN);
SAME_NUMBER(VIR_TYPED_PARAM_STRING);
SAME_NUMBER(VIR_NODE_MEMORY_STATS_ALL_CELLS);
SAME_NUMBER(VIR_CONNECT_LIST_DOMAINS_ACTIVE);
SAME_NUMBER(VIR_CONNECT_LIST_DOMAINS_INACTIVE);
SAME_NUMBER(VIR_DOMAIN_STATS_STATE);
SAME_NUMBER(VIR_DOMAIN_STATS_BALLOON);
SAME_NUMBER(VIR_DOMAIN_STATS_VCPU);
SAME_NUMBER(VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_SWAP_IN);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_SWAP_OUT);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_UNUSED);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_AVAILABLE);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_RSS);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_USABLE);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE);
SAME_NUMBER(VIR_DOMAIN_AFFECT_LIVE);
_Static_assert(VIR_UUID_STRING_BUFLEN == 37, "a UUID has another length");
_Static_assert(VIR_NODE_MEMORY_STATS_FIELD_LENGTH == 80, "a name has another length");
_Static_assert(VIR_TYPED_PARAM_FIELD_LENGTH == 80, "a name has another length");

// What came later: an older header does not know it.
#if LIBVIR_VERSION_NUMBER >= 7002000
SAME_NUMBER(VIR_DOMAIN_STATS_MEMORY);
SAME_NUMBER(VIR_DOMAIN_STATS_DIRTYRATE);
SAME_NUMBER(VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_DISK_CACHES);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC);
SAME_NUMBER(VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL);
#endif

#endif
