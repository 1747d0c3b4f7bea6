internal import Studies

/// What was read of one domain: its XML, its statistics, and when.
struct DomainReading: Sendable {
  var description: DomainDescription
  var statistics: DomainStatistics
  /// The seconds of the host's clock at which the statistics were read; nothing where that is not known.
  var second: UInt64?
  /// Its control group, where that is known.
  var group: ControlGroup?
  /// The page of the host's default pool, where that is known.
  var defaultPoolPage: UInt64?

  /// Statistics of a guest are old after so many periods, and after so many seconds at least.
  private static let periods: UInt64 = 3
  private static let least: UInt64 = 10

  /// How old the guest's statistics are, if the guest ever sent any.
  var age: UInt64? {
    guard let update = statistics["balloon.last_update"], update > 0, let second else { return nil }
    return second >= update ? second - update : 0
  }

  /// Whether the guest's statistics are too old to say what it uses now.
  var isStale: Bool {
    guard let age else { return false }
    let period = UInt64(description.balloon?.statisticsSeconds ?? 0)
    return age > max(Self.least, Self.periods * period)
  }

  /// Whether the guest has sent statistics: one without a driver or a period sends none.
  ///
  /// A library that does not tell when has told them now.
  var hasGuestStatistics: Bool { statistics["balloon.last_update"] != 0 }

  /// The memory that the guest uses: what it has less what it could give, or less what is free where
  /// it does not tell that.
  var workingSet: (bytes: UInt64, statistic: String)? {
    guard hasGuestStatistics, let available = statistics.bytes("balloon.available") else {
      return nil
    }
    if let usable = statistics.bytes("balloon.usable"), usable <= available {
      return (available - usable, "libvirt balloon.available less balloon.usable")
    }
    if let unused = statistics.bytes("balloon.unused"), unused <= available {
      return (available - unused, "libvirt balloon.available less balloon.unused")
    }
    return nil
  }

  /// The domain as an inventory tells of it.
  func machine(on host: String) -> InventoryMachine {
    let xml = description
    var machine = InventoryMachine(
      xml.name, memoryBytes: .measured(xml.memoryBytes, "libvirt domain/memory"))
    machine.host = host
    machine.processors =
      (statistics["vcpu.current"].flatMap { 0...1_000_000 ~= $0 ? Int($0) : nil } ?? xml.processors)
      .map { .measured($0, "libvirt domain/vcpu") }
    machine.balloon = balloon
    machine.residentBytes = told("balloon.rss")
    machine.workingSetBytes = workingSet.map {
      guest(Observed($0.bytes, .derived, $0.statistic))
    }
    machine.diskCacheBytes = toldByGuest("balloon.disk_caches").map(guest)
    machine.majorFaults = countedByGuest("balloon.major_fault")
    machine.minorFaults = countedByGuest("balloon.minor_fault")
    // 2: measured (virDomainDirtyRateStatus); a rate that is older than its domain is not told.
    if statistics["dirtyrate.calc_status"] == 2,
      let rate = statistics["dirtyrate.megabytes_per_second"],
      rate < 1 << 32
    {
      machine.dirtyBytesPerSecond = .measured(rate << 20, "libvirt dirtyrate.megabytes_per_second")
    }
    machine.usesPool = .measured(xml.usesPool, "libvirt domain/memoryBacking")
    if xml.usesPool {
      machine.backingPageBytes =
        xml.poolPageBytes.map { .measured($0, "libvirt domain/memoryBacking/hugepages") }
        ?? defaultPoolPage.map { .derived($0, "/proc/meminfo Hugepagesize") }
    }
    machine.isLocked = isLocked
    machine.nodes = xml.nodes
    machine.monitor = monitor
    machine.devices = devices
    machine.chargedBytes = group.flatMap { group in
      group.charged.map { .measured($0, "control group /\(group.path)") }
    }
    machine.limitBytes =
      group.flatMap { group in
        group.limit.map { .measured($0, "control group /\(group.path)") }
      } ?? xml.hardLimitBytes.map { .measured($0, "libvirt domain/memtune/hard_limit") }
    machine.swappedBytes = group.flatMap { group in
      group.swapped.map { .measured($0, "control group /\(group.path)") }
    }
    return machine
  }

  /// A statistic of the host's side.
  private func told(_ name: String) -> Observed<UInt64>? {
    statistics.bytes(name).map { .measured($0, "libvirt \(name)") }
  }

  private func toldByGuest(_ name: String) -> Observed<UInt64>? {
    hasGuestStatistics ? told(name) : nil
  }

  private func countedByGuest(_ name: String) -> Observed<UInt64>? {
    guard hasGuestStatistics, let count = statistics[name] else { return nil }
    return guest(.measured(count, "libvirt \(name)"))
  }

  /// A value that the guest told, a grade lower where it told it too long ago.
  private func guest(_ value: Observed<UInt64>) -> Observed<UInt64> {
    guard isStale, let age else { return value }
    let grade: ObservationGrade = value.grade == .measured ? .derived : .assumed
    return Observed(value.value, grade, "\(value.statistic), \(age) s old")
  }

  private var balloon: InventoryBalloon? {
    guard let xml = description.balloon else { return nil }
    var balloon = InventoryBalloon()
    balloon.currentBytes =
      told("balloon.current")
      ?? description.currentBytes.map { .measured($0, "libvirt domain/currentMemory") }
    balloon.statisticsSeconds = .measured(
      UInt64(xml.statisticsSeconds), "libvirt domain/devices/memballoon/stats")
    balloon.reportsFreePages = .measured(
      xml.reportsFreePages, "libvirt domain/devices/memballoon freePageReporting")
    return balloon
  }

  private var isLocked: Observed<Bool> {
    if description.isLocked { return .measured(true, "libvirt domain/memoryBacking/locked") }
    if description.passedThrough > 0 {
      return .derived(true, "libvirt domain/devices/hostdev, whose memory is pinned")
    }
    if description.usesPool { return .derived(true, "libvirt domain/memoryBacking/hugepages") }
    return .measured(false, "libvirt domain/memoryBacking")
  }

  private var monitor: Observed<MonitorKind>? {
    let emulator = description.emulator ?? ""
    if emulator.contains("cloud-hypervisor") || description.type == "ch" {
      return .measured(.cloudHypervisor, "libvirt domain/devices/emulator")
    }
    if emulator.contains("qemu") || emulator.contains("kvm") || description.type == "kvm"
      || description.type == "qemu"
    {
      return .measured(.qemu, "libvirt domain/devices/emulator")
    }
    return nil
  }

  private var devices: InventoryDevices {
    var devices = InventoryDevices()
    devices.videoBytes = description.videoBytes.map {
      .measured($0, "libvirt domain/devices/video")
    }
    devices.disks = .measured(description.disks, "libvirt domain/devices/disk")
    devices.networks = .measured(description.networks, "libvirt domain/devices/interface")
    devices.passedThrough = .measured(description.passedThrough, "libvirt domain/devices/hostdev")
    devices.ioThreads = .measured(description.ioThreads, "libvirt domain/iothreads")
    devices.firmware = description.firmware.map {
      .measured($0 == .uefi ? .uefi : .bios, "libvirt domain/os")
    }
    return devices
  }

  /// What it used at the moment of its statistics.
  var usage: InventoryUsage? {
    guard let second else { return nil }
    let usage = InventoryUsage(
      second: second, residentBytes: statistics.bytes("balloon.rss"),
      workingSetBytes: isStale ? nil : workingSet?.bytes)
    return usage.residentBytes == nil && usage.workingSetBytes == nil ? nil : usage
  }

  /// What is not known of it, each as a sentence.
  var remarks: [String] { description.remarks + statistics.unusable + contradictions + silence }

  /// What two statistics say that can't both be.
  private var contradictions: [String] {
    guard hasGuestStatistics, let available = statistics.bytes("balloon.available") else {
      return []
    }
    return ["usable", "unused"].compactMap { name in
      guard let part = statistics.bytes("balloon.\(name)"), part > available else { return nil }
      return "its statistic “\(name)” is more than “available”, and is left out"
    }
  }

  /// Why its guest says nothing of its memory, or nothing new.
  private var silence: [String] {
    guard let balloon = description.balloon else {
      return ["it has no balloon, so the guest tells nothing of its memory"]
    }
    if statistics.isEmpty { return ["it told no statistics"] }
    if balloon.statisticsSeconds == 0 {
      let told = age.map { "what its guest told is \($0) s old" } ?? "its guest tells nothing"
      return [
        "its balloon has no statistics period, and \(told); --allow-write sets one for a while"
      ]
    }
    if !hasGuestStatistics {
      return ["its guest has not told of its memory yet; it needs the driver virtio_balloon"]
    }
    if isStale, let age { return ["its guest told of its memory \(age) s ago"] }
    return []
  }
}
