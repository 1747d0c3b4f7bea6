#include "session.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// A connection can hang for minutes in a call, and no call of libvirt takes a deadline. So a thread makes
// the calls, and whoever waits for it goes away when the time is up. The session is then lost: its
// thread frees it, if it ever comes back.
struct clibvirt_session {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  char *path;
  enum { IDLE, ASKED, ANSWERED, ENDED } state;
  int is_lost;
  enum clibvirt_question question;
  char *subject;
  int argument;
  clibvirt_answer *answer;
};

void clibvirt_free(clibvirt_answer *answer) {
  if (answer == NULL) {
    return;
  }
  for (size_t index = 0; index < answer->count; index++) {
    free(answer->fields[index].subject);
    free(answer->fields[index].name);
    free(answer->fields[index].text);
  }
  free(answer->fields);
  free(answer);
}

void clibvirt_add(
    clibvirt_answer *answer, const char *subject, const char *name, const char *text) {
  if (answer->status != CLIBVIRT_DONE) {
    return;
  }
  // Room grows to the powers of 2.
  if ((answer->count & (answer->count - 1)) == 0) {
    size_t room = answer->count == 0 ? 1 : answer->count * 2;
    clibvirt_field *fields = realloc(answer->fields, room * sizeof *fields);
    if (fields == NULL) {
      answer->status = CLIBVIRT_NO_MEMORY;
      return;
    }
    answer->fields = fields;
  }
  clibvirt_field field = {strdup(subject), strdup(name), strdup(text != NULL ? text : "")};
  if (field.subject == NULL || field.name == NULL || field.text == NULL) {
    free(field.subject);
    free(field.name);
    free(field.text);
    answer->status = CLIBVIRT_NO_MEMORY;
    return;
  }
  answer->fields[answer->count++] = field;
}

static void discard(clibvirt_session *session) {
  pthread_cond_destroy(&session->changed);
  pthread_mutex_destroy(&session->mutex);
  clibvirt_free(session->answer);
  free(session->subject);
  free(session->path);
  free(session);
}

static void *work(void *argument) {
  clibvirt_session *session = argument;
  struct clibvirt_link link = {0};
  int is_bound = 0;
  pthread_mutex_lock(&session->mutex);
  while (1) {
    while (session->state != ASKED && session->state != ENDED) {
      pthread_cond_wait(&session->changed, &session->mutex);
    }
    if (session->state == ENDED) {
      break;
    }
    clibvirt_answer *answer = session->answer;
    pthread_mutex_unlock(&session->mutex);
    if (!is_bound) {
      is_bound = clibvirt_bind(&link.call, session->path, answer);
    }
    if (is_bound) {
      clibvirt_answer_question(
          &link, session->question, session->subject, session->argument, answer);
    }
    pthread_mutex_lock(&session->mutex);
    if (session->is_lost) {
      break;
    }
    session->state = ANSWERED;
    pthread_cond_broadcast(&session->changed);
  }
  pthread_mutex_unlock(&session->mutex);
  if (link.connection != NULL) {
    link.call.virConnectClose(link.connection);
  }
  discard(session);
  return NULL;
}

clibvirt_session *clibvirt_start(const char *path) {
  clibvirt_session *session = calloc(1, sizeof *session);
  if (session == NULL) {
    return NULL;
  }
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
#ifndef __APPLE__
  // The time of day may be set while somebody waits.
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
#endif
  pthread_mutex_init(&session->mutex, NULL);
  pthread_cond_init(&session->changed, &clock);
  pthread_condattr_destroy(&clock);
  session->path = path != NULL ? strdup(path) : NULL;
  pthread_t thread;
  if ((path != NULL && session->path == NULL) || pthread_create(&thread, NULL, work, session) != 0) {
    discard(session);
    return NULL;
  }
  pthread_detach(thread);
  return session;
}

static struct timespec deadline(int milliseconds) {
  struct timespec time;
#ifndef __APPLE__
  clock_gettime(CLOCK_MONOTONIC, &time);
#else
  clock_gettime(CLOCK_REALTIME, &time);
#endif
  time.tv_sec += milliseconds / 1000;
  time.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (time.tv_nsec >= 1000000000) {
    time.tv_sec += 1;
    time.tv_nsec -= 1000000000;
  }
  return time;
}

static clibvirt_answer *late(void) {
  clibvirt_answer *answer = calloc(1, sizeof *answer);
  if (answer != NULL) {
    answer->status = CLIBVIRT_LATE;
  }
  return answer;
}

clibvirt_answer *clibvirt_ask(
    clibvirt_session *session, enum clibvirt_question question, const char *subject, int argument,
    int milliseconds) {
  clibvirt_answer *answer = calloc(1, sizeof *answer);
  char *copy = strdup(subject);
  if (answer == NULL || copy == NULL) {
    free(answer);
    free(copy);
    return NULL;
  }
  struct timespec end = deadline(milliseconds);
  pthread_mutex_lock(&session->mutex);
  if (session->is_lost) {
    pthread_mutex_unlock(&session->mutex);
    free(copy);
    answer->status = CLIBVIRT_LATE;
    return answer;
  }
  free(session->subject);
  session->subject = copy;
  session->question = question;
  session->argument = argument;
  session->answer = answer;
  session->state = ASKED;
  pthread_cond_broadcast(&session->changed);
  int code = 0;
  while (session->state != ANSWERED && code != ETIMEDOUT) {
    code = pthread_cond_timedwait(&session->changed, &session->mutex, &end);
  }
  if (session->state == ANSWERED) {
    session->state = IDLE;
    session->answer = NULL;
    pthread_mutex_unlock(&session->mutex);
    return answer;
  }
  // The answer stays with the thread that may still write to it.
  session->is_lost = 1;
  pthread_mutex_unlock(&session->mutex);
  return late();
}

void clibvirt_end(clibvirt_session *session) {
  if (session == NULL) {
    return;
  }
  pthread_mutex_lock(&session->mutex);
  int is_lost = session->is_lost;
  if (!is_lost) {
    session->state = ENDED;
    pthread_cond_broadcast(&session->changed);
  }
  pthread_mutex_unlock(&session->mutex);
}
