#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct clibvirt_link link_t;

// What libvirt says of the call that failed last.
static void refuse(link_t *link, clibvirt_answer *answer) {
  const char *message = link->call.virGetLastErrorMessage();
  answer->status = CLIBVIRT_REFUSED;
  answer->code = link->call.virGetLastErrorCode();
  snprintf(answer->message, sizeof answer->message, "%s", message != NULL ? message : "");
}

static void add_number(
    clibvirt_answer *answer, const char *subject, const char *name, unsigned long long number) {
  char text[24];
  snprintf(text, sizeof text, "%llu", number);
  clibvirt_add(answer, subject, name, text);
}

// A parameter as virsh prints it.
static void add_parameter(
    clibvirt_answer *answer, const char *subject, const virTypedParameter *parameter) {
  char text[64];
  char name[sizeof parameter->field + 1];
  memcpy(name, parameter->field, sizeof parameter->field);
  name[sizeof parameter->field] = 0;
  switch (parameter->type) {
    case VIR_TYPED_PARAM_INT:
      snprintf(text, sizeof text, "%d", parameter->value.i);
      break;
    case VIR_TYPED_PARAM_UINT:
      snprintf(text, sizeof text, "%u", parameter->value.ui);
      break;
    case VIR_TYPED_PARAM_LLONG:
      snprintf(text, sizeof text, "%lld", parameter->value.l);
      break;
    case VIR_TYPED_PARAM_ULLONG:
      snprintf(text, sizeof text, "%llu", parameter->value.ul);
      break;
    case VIR_TYPED_PARAM_DOUBLE:
      snprintf(text, sizeof text, "%f", parameter->value.d);
      break;
    case VIR_TYPED_PARAM_BOOLEAN:
      snprintf(text, sizeof text, "%s", parameter->value.b ? "yes" : "no");
      break;
    case VIR_TYPED_PARAM_STRING:
      clibvirt_add(answer, subject, name, parameter->value.s);
      return;
    default:
      return;
  }
  clibvirt_add(answer, subject, name, text);
}

static void open_connection(link_t *link, const char *uri, int writes, clibvirt_answer *answer) {
  if (link->connection != NULL) {
    link->call.virConnectClose(link->connection);
  }
  const char *name = uri[0] != 0 ? uri : NULL;
  link->connection =
      writes ? link->call.virConnectOpen(name) : link->call.virConnectOpenReadOnly(name);
  if (link->connection == NULL) {
    refuse(link, answer);
  }
}

static void tell_host(link_t *link, clibvirt_answer *answer) {
  // A driver that can't tell one of these can tell the others.
  char *hostname = link->call.virConnectGetHostname(link->connection);
  if (hostname != NULL) {
    clibvirt_add(answer, "", "hostname", hostname);
    free(hostname);
  }
  const char *type = link->call.virConnectGetType(link->connection);
  if (type != NULL) {
    clibvirt_add(answer, "", "type", type);
  }
  unsigned long version = 0;
  if (link->call.virConnectGetLibVersion(link->connection, &version) == 0) {
    add_number(answer, "", "library", version);
  }
  if (link->call.virConnectGetVersion(link->connection, &version) == 0) {
    add_number(answer, "", "version", version);
  }
  virNodeInfo info;
  memset(&info, 0, sizeof info);
  if (link->call.virNodeGetInfo(link->connection, &info) != 0) {
    refuse(link, answer);
    return;
  }
  char model[sizeof info.model + 1];
  memcpy(model, info.model, sizeof info.model);
  model[sizeof info.model] = 0;
  clibvirt_add(answer, "", "model", model);
  add_number(answer, "", "memory", info.memory);
  add_number(answer, "", "cpus", info.cpus);
  add_number(answer, "", "nodes", info.nodes);
}

static void tell_memory(link_t *link, clibvirt_answer *answer) {
  int count = 0;
  if (link->call.virNodeGetMemoryStats(
          link->connection, VIR_NODE_MEMORY_STATS_ALL_CELLS, NULL, &count, 0) != 0) {
    refuse(link, answer);
    return;
  }
  virNodeMemoryStats *statistics = calloc((size_t)count + 1, sizeof *statistics);
  if (statistics == NULL) {
    answer->status = CLIBVIRT_NO_MEMORY;
    return;
  }
  if (link->call.virNodeGetMemoryStats(
          link->connection, VIR_NODE_MEMORY_STATS_ALL_CELLS, statistics, &count, 0) != 0) {
    refuse(link, answer);
  } else {
    for (int index = 0; index < count; index++) {
      add_number(answer, "", statistics[index].field, statistics[index].value);
    }
  }
  free(statistics);
}

static void tell_merging(link_t *link, clibvirt_answer *answer) {
  int count = 0;
  if (link->call.virNodeGetMemoryParameters(link->connection, NULL, &count, 0) != 0) {
    refuse(link, answer);
    return;
  }
  virTypedParameter *parameters = calloc((size_t)count + 1, sizeof *parameters);
  if (parameters == NULL) {
    answer->status = CLIBVIRT_NO_MEMORY;
    return;
  }
  if (link->call.virNodeGetMemoryParameters(link->connection, parameters, &count, 0) != 0) {
    refuse(link, answer);
  } else {
    for (int index = 0; index < count; index++) {
      add_parameter(answer, "", &parameters[index]);
    }
  }
  free(parameters);
}

static void tell_pages(link_t *link, const char *sizes, int cell, clibvirt_answer *answer) {
  unsigned int pages[16];
  unsigned long long counts[16] = {0};
  unsigned int count = 0;
  for (const char *rest = sizes; count < 16;) {
    char *end;
    unsigned long size = strtoul(rest, &end, 10);
    if (end == rest) {
      break;
    }
    pages[count++] = (unsigned int)size;
    rest = end;
  }
  if (link->call.virNodeGetFreePages(link->connection, count, pages, cell, 1, counts, 0) < 0) {
    refuse(link, answer);
    return;
  }
  for (unsigned int index = 0; index < count; index++) {
    char name[16];
    snprintf(name, sizeof name, "%u", pages[index]);
    add_number(answer, "", name, counts[index]);
  }
}

static void list_domains(link_t *link, int running, clibvirt_answer *answer) {
  virDomainPtr *domains = NULL;
  int count = link->call.virConnectListAllDomains(
      link->connection, &domains,
      running ? VIR_CONNECT_LIST_DOMAINS_ACTIVE : VIR_CONNECT_LIST_DOMAINS_INACTIVE);
  if (count < 0) {
    refuse(link, answer);
    return;
  }
  for (int index = 0; index < count; index++) {
    char uuid[37];
    if (link->call.virDomainGetUUIDString(domains[index], uuid) == 0) {
      clibvirt_add(answer, uuid, "name", link->call.virDomainGetName(domains[index]));
    }
    link->call.virDomainFree(domains[index]);
  }
  free(domains);
}

static void tell_statistics(link_t *link, clibvirt_answer *answer) {
  const unsigned int wanted = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_BALLOON
                              | VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_MEMORY
                              | VIR_DOMAIN_STATS_DIRTYRATE;
  const unsigned int running = VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE;
  virDomainStatsRecordPtr *records = NULL;
  // A domain that is busy is not waited for, where the daemon can be told so.
  int count = link->call.virConnectGetAllDomainStats(
      link->connection, wanted, &records, running | VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
  if (count < 0) {
    count = link->call.virConnectGetAllDomainStats(link->connection, wanted, &records, running);
  }
  if (count < 0) {
    // Nor does every driver know every group; the state is the least.
    count = link->call.virConnectGetAllDomainStats(
        link->connection, VIR_DOMAIN_STATS_STATE, &records, running);
  }
  if (count < 0) {
    refuse(link, answer);
    return;
  }
  for (int index = 0; index < count; index++) {
    char uuid[37];
    if (link->call.virDomainGetUUIDString(records[index]->dom, uuid) != 0) {
      continue;
    }
    for (int place = 0; place < records[index]->nparams; place++) {
      add_parameter(answer, uuid, &records[index]->params[place]);
    }
  }
  link->call.virDomainStatsRecordListFree(records);
}

static void tell_balloon(
    link_t *link, virDomainPtr domain, const char *uuid, clibvirt_answer *answer) {
  static const char *const names[] = {
      [VIR_DOMAIN_MEMORY_STAT_SWAP_IN] = "swap_in",
      [VIR_DOMAIN_MEMORY_STAT_SWAP_OUT] = "swap_out",
      [VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT] = "major_fault",
      [VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT] = "minor_fault",
      [VIR_DOMAIN_MEMORY_STAT_UNUSED] = "unused",
      [VIR_DOMAIN_MEMORY_STAT_AVAILABLE] = "available",
      [VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON] = "actual",
      [VIR_DOMAIN_MEMORY_STAT_RSS] = "rss",
      [VIR_DOMAIN_MEMORY_STAT_USABLE] = "usable",
      [VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE] = "last_update",
      [VIR_DOMAIN_MEMORY_STAT_DISK_CACHES] = "disk_caches",
      [VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC] = "hugetlb_pgalloc",
      [VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL] = "hugetlb_pgfail",
  };
  // Room for statistics that are not known yet.
  virDomainMemoryStatStruct statistics[32];
  int count = link->call.virDomainMemoryStats(domain, statistics, 32, 0);
  if (count < 0) {
    refuse(link, answer);
    return;
  }
  for (int index = 0; index < count && index < 32; index++) {
    int tag = statistics[index].tag;
    if (tag >= 0 && tag < (int)(sizeof names / sizeof names[0])) {
      add_number(answer, uuid, names[tag], statistics[index].val);
    }
  }
}

static void ask_domain(
    link_t *link, enum clibvirt_question question, const char *uuid, int argument,
    clibvirt_answer *answer) {
  virDomainPtr domain = link->call.virDomainLookupByUUIDString(link->connection, uuid);
  if (domain == NULL) {
    refuse(link, answer);
    return;
  }
  if (question == CLIBVIRT_XML) {
    char *xml = link->call.virDomainGetXMLDesc(domain, 0);
    if (xml == NULL) {
      refuse(link, answer);
    } else {
      clibvirt_add(answer, uuid, "xml", xml);
      free(xml);
    }
  } else if (question == CLIBVIRT_BALLOON) {
    tell_balloon(link, domain, uuid, answer);
  } else if (link->call.virDomainSetMemoryStatsPeriod(domain, argument, VIR_DOMAIN_AFFECT_LIVE) < 0) {
    refuse(link, answer);
  }
  link->call.virDomainFree(domain);
}

void clibvirt_answer_question(
    link_t *link, enum clibvirt_question question, const char *subject, int argument,
    clibvirt_answer *answer) {
  if (question == CLIBVIRT_CONNECT) {
    open_connection(link, subject, argument, answer);
    return;
  }
  if (link->connection == NULL) {
    answer->status = CLIBVIRT_REFUSED;
    snprintf(answer->message, sizeof answer->message, "there is no connection");
    return;
  }
  switch (question) {
    case CLIBVIRT_CONNECT:
      break;
    case CLIBVIRT_HOST:
      tell_host(link, answer);
      break;
    case CLIBVIRT_CAPABILITIES: {
      char *xml = link->call.virConnectGetCapabilities(link->connection);
      if (xml == NULL) {
        refuse(link, answer);
      } else {
        clibvirt_add(answer, "", "xml", xml);
        free(xml);
      }
      break;
    }
    case CLIBVIRT_MEMORY:
      tell_memory(link, answer);
      break;
    case CLIBVIRT_MERGING:
      tell_merging(link, answer);
      break;
    case CLIBVIRT_PAGES:
      tell_pages(link, subject, argument, answer);
      break;
    case CLIBVIRT_DOMAINS:
      list_domains(link, argument, answer);
      break;
    case CLIBVIRT_STATISTICS:
      tell_statistics(link, answer);
      break;
    case CLIBVIRT_XML:
    case CLIBVIRT_BALLOON:
    case CLIBVIRT_SET_PERIOD:
      ask_domain(link, question, subject, argument, answer);
      break;
  }
}
