import Costs
import Guests
import HostMemory
import Hypervisor
import Paging

/// The execution of a study of processes: each has its own time, and the earliest acts next.
struct ProcessRun: ~Copyable {
  let study: ProcessStudy
  var host: Host
  var machine: VirtualMachine
  var kernel: GuestKernel
  let processes: [LivingProcess]
  var outcome: ProcessOutcome
  var meter: FaultMeter
  var room: HostRoom
  private var writes: UInt64 = 0
  private var copies: UInt64 = 0
  private var majors: UInt64 = 0

  private static let mostMaps = 12

  init(_ study: ProcessStudy) throws(ProcessError) {
    let world: ProcessWorld
    do throws(MachineError) {
      world = try ProcessWorld(study)
    } catch {
      throw .machine(error)
    }
    self.study = study
    processes = world.processes
    room = world.room
    kernel = world.kernel
    host = world.host
    machine = world.machine
    meter = FaultMeter(study.profile, readNanoseconds: study.readNanoseconds)
    outcome = ProcessOutcome(
      processes: study.processes.map { process in
        ProcessOutcome.OfProcess(
          name: process.name, parent: process.parent.map { study.processes[$0].name },
          count: process.count, isPassing: process.order == .once,
          requestWork: process.requestWork)
      },
      guestBytes: study.guestBytes, hostBytes: study.hostBytes, swapBytes: study.swapBytes,
      duration: study.durationNanoseconds, scale: study.scale, profile: study.profile.name)
  }

  consuming func run() throws(ProcessError) -> ProcessOutcome {
    try load()
    outcome.guestFreeAtStart = guestFreeBytes
    outcome.stageTwoAtStart = stageTwoBytes
    map(at: 0, "at the start")
    let end = study.durationNanoseconds
    let step = max(end / 200, 1)
    var nextSample: UInt64 = 0
    while let number = earliest(), processes[number].at < end, outcome.hostKilledAt == nil {
      while processes[number].at >= nextSample {
        sample(nextSample)
        nextSample += step
      }
      let process = processes[number]
      if process.isThere { touch(process) } else { fork(process) }
    }
    while nextSample <= end {
      sample(nextSample)
      nextSample += step
    }
    if outcome.hostKilledAt == nil { map(at: end, "at the end") }
    outcome.guestFreeAtEnd = guestFreeBytes
    outcome.stageTwoAtEnd = stageTwoBytes
    for number in outcome.processes.indices { outcome.processes[number].latencies.sort() }
    do throws(PricingError) {
      _ = try Bill(machine.ledger, study.profile)
    } catch {
      throw .pricing(error)
    }
    return outcome
  }

  /// Lets the processes that are not forked write their memory.
  private mutating func load() throws(ProcessError) {
    for process in processes where study.processes[process.kind].parent == nil {
      process.isThere = true
      for page in 0..<process.pages {
        guard access(process, page, isWrite: true) != nil else {
          throw .noRoom(process: study.processes[process.kind].name)
        }
      }
      if study.processes[process.kind].touches == 0 { process.at = .max }
    }
    _ = meter.read(machine.ledger)
    room.forget()
    outcome.swapOuts = 0
  }

  private func earliest() -> Int? {
    var best = 0
    for number in processes.indices.dropFirst() where processes[number].at < processes[best].at {
      best = number
    }
    return processes[best].at == .max ? nil : best
  }

  /// Lets a process access a page: whether its guest and its host could take part; nothing where either has
  /// no memory left.
  private mutating func access(
    _ process: LivingProcess, _ page: UInt64, isWrite: Bool
  ) -> GuestAccessOutcome? {
    guard room.make(in: &machine, on: &host, &outcome, study.scale) else { return nil }
    let outcome = machine.access(
      processor: process.processor, process.start + page * 4096,
      Access(isWrite ? .write : .read, .user), in: &process.space, &kernel, on: &host)
    return outcome.touch.end == .arrived ? outcome : nil
  }

  private mutating func touch(_ process: LivingProcess) {
    let kind = process.kind
    let about = study.processes[kind]
    if process.left == 0 {
      process.left = max(about.touches / study.scale, 1)
      process.began = process.at
    }
    let page: UInt64
    if about.order == .once {
      page = process.next
    } else {
      let hot = UInt64((Double(process.pages) * about.hotShare).rounded(.up))
      page = process.random.below(max(min(hot, process.pages), 1))
    }
    let isWrite = process.random.unit() < about.writeShare
    let free = kernel.freePages
    guard let found = access(process, page, isWrite: isWrite) else { return lackMemory(process) }
    process.next += 1
    if !process.isTouched[Int(page)] {
      process.isTouched[Int(page)] = true
      process.touched += 1
    }
    outcome.processes[kind].workingSetBytes = max(
      outcome.processes[kind].workingSetBytes, process.touched * 4096 * study.scale)
    var faults: UInt64 = 0
    if found.guestFaults + found.kernelExits + found.touch.exits > 0 {
      let cost = meter.read(machine.ledger)
      faults = cost.nanoseconds * study.scale
      outcome.processes[kind].minorFaults += cost.minor * study.scale
      outcome.processes[kind].copyFaults += cost.copies * study.scale
      outcome.processes[kind].majorFaults += cost.reads * study.scale
      room.came(cost.reads)
      majors += cost.reads
      outcome.processes[kind].exits +=
        UInt64(found.kernelExits + found.touch.exits) * study.scale
      let taken = UInt64(max(free - kernel.freePages, 0))
      copies += taken
      outcome.processes[kind].copies += taken * study.scale
    }
    if isWrite {
      writes += 1
      outcome.processes[kind].writes += study.scale
    }
    let work = about.workNanoseconds * study.scale
    outcome.processes[kind].work += work
    outcome.processes[kind].faultTime += faults
    process.at += work + faults
    process.left -= 1
    if process.left == 0 {
      outcome.processes[kind].requests += 1
      outcome.processes[kind].latencies.append(process.at - process.began)
    }
    noteExtremes()
    if about.order == .once, process.next == process.pages { end(process) }
  }

  /// Forks all processes of a kind, one after another, before any of them runs.
  private mutating func fork(_ first: LivingProcess) {
    let about = study.processes[first.kind]
    let parent = processes.first { $0.kind == about.parent && $0.isThere }
    for child in processes where child.kind == first.kind && !child.isThere {
      child.at = .max
      guard let parent, room.make(in: &machine, on: &host, &outcome, study.scale) else { continue }
      guard
        machine.fork(
          &parent.space, into: &child.space, processor: parent.processor, &kernel, on: &host) != nil
      else {
        lackMemory(child)
        continue
      }
      child.isThere = true
      if about.touches > 0 { child.at = about.startNanoseconds }
    }
    _ = meter.read(machine.ledger)
    map(at: about.startNanoseconds, "after the fork")
  }

  // MARK: Ends

  /// A process that has been through its memory ends.
  private mutating func end(_ process: LivingProcess) {
    let name = study.processes[process.kind].name
    map(at: process.at, "before \(name) ends")
    outcome.processes[process.kind].endedAt = process.at
    leave(process)
  }

  private mutating func leave(_ process: LivingProcess) {
    machine.endProcess(process.space, &kernel, on: &host)
    process.isThere = false
    process.at = .max
  }

  /// Nothing is left for an access: of the host's the machine dies, of the guest's the worst of its
  /// processes.
  private mutating func lackMemory(_ process: LivingProcess) {
    let now = process.at
    if kernel.freePages > 0 {
      map(at: now, "before the host kills the machine")
      outcome.hostKilledAt = now
      return
    }
    var worst: (process: LivingProcess, points: Int)?
    for candidate in processes where candidate.isThere {
      let pages = machine.residence(of: candidate.space, kernel, on: host).resident
      let tables = Int(study.tablePages(of: candidate.kind))
      let badness = OOMBadness(residentPages: Int(pages), swapPages: 0, tablePages: tables)
      let points = badness.points(totalPages: Int(study.pages(study.guestBytes))) ?? 0
      // Of two that are as bad the kernel takes the one that it comes to later, which is the younger.
      if points >= worst?.points ?? 0 { worst = (candidate, points) }
    }
    guard let worst else { return }
    map(at: now, "before \(study.processes[worst.process.kind].name) is killed")
    if outcome.processes[worst.process.kind].killedAt == nil {
      outcome.processes[worst.process.kind].killedAt = now
    }
    leave(worst.process)
  }

  // MARK: What is told

  private var guestFreeBytes: UInt64 { UInt64(kernel.freePages) * 4096 * study.scale }
  private var stageTwoBytes: UInt64 {
    UInt64(max(machine.counters.pages4K, 0)) * 4096 * study.scale
  }

  private mutating func noteExtremes() {
    outcome.leastGuestFree = min(outcome.leastGuestFree, guestFreeBytes)
    outcome.mostStageTwo = max(outcome.mostStageTwo, stageTwoBytes)
    outcome.mostNeeded = max(
      outcome.mostNeeded, stageTwoBytes + room.swapped * 4096 * study.scale)
  }

  private mutating func sample(_ at: UInt64) {
    noteExtremes()
    outcome.samples.append(
      ProcessOutcome.Sample(
        at: at, guestFreeBytes: guestFreeBytes, stageTwoBytes: stageTwoBytes,
        swapBytes: room.swapped * 4096 * study.scale, writes: writes * study.scale,
        copies: copies * study.scale, majorFaults: majors * study.scale))
    majors = 0
  }

  private mutating func map(at: UInt64, _ moment: String) {
    guard outcome.maps.count < Self.mostMaps else { return }
    var rows: [ProcessOutcome.Map.Row] = []
    let page = 4096 * study.scale
    for process in processes where process.isThere {
      let about = study.processes[process.kind]
      let residence = machine.residence(of: process.space, kernel, on: host)
      rows.append(
        ProcessOutcome.Map.Row(
          name: about.count > 1 ? "\(about.name) \(process.number + 1)" : about.name,
          residentBytes: residence.resident * page, privateBytes: residence.alone * page,
          proportionalBytes: UInt64(residence.proportional * Double(page))))
    }
    outcome.maps.append(ProcessOutcome.Map(at: at, moment: moment, rows: rows))
  }
}

extension ProcessStudy {
  /// Works out what becomes of the processes.
  public func run() throws(ProcessError) -> ProcessOutcome { try ProcessRun(self).run() }
}
