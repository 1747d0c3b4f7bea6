import Costs

extension ProcessStudy {
  /// A server of 4 GiB in a guest of 8 that forks to save a snapshot, and takes writes meanwhile (F72).
  ///
  /// The host has enough for it.
  static func snapshot(_ profile: CostProfile) -> Self {
    var server = GuestProcess("server")
    server.memoryBytes = 4 << 30
    server.writeShare = 1
    server.touches = 960
    server.workNanoseconds = 11_000
    var snapshot = GuestProcess("snapshot")
    snapshot.parent = 0
    snapshot.startNanoseconds = 5_000_000_000
    snapshot.order = .once
    snapshot.workNanoseconds = 40_000
    var study = Self([server, snapshot], profile: profile)
    study.hostBytes = 12 << 30
    study.swapBytes = 8 << 30
    study.readNanoseconds = 90_000
    study.guestBytes = 8 << 30
    study.durationNanoseconds = 90_000_000_000
    study.scale = 16
    return study
  }

  /// A server that loads 2 GiB and forks eight workers, which write to a half of it (F73).
  static func workers(_ profile: CostProfile) -> Self {
    var master = GuestProcess("master")
    master.memoryBytes = 2 << 30
    master.touches = 0
    var worker = GuestProcess("worker")
    worker.parent = 0
    worker.count = 8
    worker.startNanoseconds = 1_000_000_000
    worker.hotShare = 0.5
    worker.writeShare = 0.1
    worker.touches = 480
    worker.workNanoseconds = 20_000
    var study = Self([master, worker], profile: profile)
    study.hostBytes = 12 << 30
    study.swapBytes = 16 << 30
    study.readNanoseconds = 90_000
    study.guestBytes = 16 << 30
    study.scale = 16
    return study
  }
}
