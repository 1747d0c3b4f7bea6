extension PressureStudy {
  /// A database whose working set is 120 GiB, on a host of 64 GiB (F46).
  static var thrash: Self {
    var host = PressureHost()
    host.memoryBytes = 64 << 30
    host.swapBytes = 128 << 30
    var database = PressureService("database")
    database.memoryBytes = 120 << 30
    database.workers = 16
    database.touches = 20_000
    database.workNanoseconds = 10_000
    var study = Self(host, [database])
    study.durationNanoseconds = 120_000_000_000
    study.scale = 64
    return study
  }

  /// Five services of which each fits into 64 GiB, and all need 84 GiB (F77).
  static var fiveServices: Self {
    var host = PressureHost()
    host.memoryBytes = 64 << 30
    host.swapBytes = 64 << 30
    let services: [(String, UInt64, UInt64, Int, UInt64, UInt64)] = [
      ("database", 24, 0, 4, 5000, 20_000), ("search", 20, 0, 4, 5000, 20_000),
      ("cache", 16, 0, 2, 200, 20_000), ("web", 12, 0, 4, 1000, 50_000),
      ("batch", 4, 8, 2, 20_000, 20_000),
    ]
    var study = Self(
      host,
      services.map { name, memory, files, workers, touches, work in
        var service = PressureService(name)
        service.memoryBytes = memory << 30
        service.fileBytes = files << 30
        service.workers = workers
        service.touches = touches
        service.workNanoseconds = work
        return service
      })
    study.durationNanoseconds = 120_000_000_000
    study.scale = 64
    return study
  }

  /// A service that leaks 100 MiB an hour for two days beside one that does not (F45).
  static var leak: Self {
    var host = PressureHost()
    host.memoryBytes = 8 << 30
    host.swapBytes = 1 << 30
    var leaking = PressureService("leaking")
    leaking.memoryBytes = 1 << 30
    leaking.touches = 100
    leaking.workNanoseconds = 50_000_000
    leaking.growthBytes = (100 << 20) / 3600
    var web = PressureService("web")
    web.memoryBytes = 4 << 30
    web.fileBytes = 1536 << 20
    web.touches = 100
    web.workNanoseconds = 20_000_000
    var study = Self(host, [leaking, web])
    study.durationNanoseconds = 48 * 3_600_000_000_000
    study.scale = 16
    return study
  }

  /// A release that starts beside the old one with none of its 10 GiB of files in memory, where there is room
  /// for both (F78).
  static var deploy: Self {
    var host = PressureHost()
    host.memoryBytes = 24 << 30
    host.swapBytes = 4 << 30
    var old = PressureService("old release")
    old.memoryBytes = 2 << 30
    old.fileBytes = 3 << 30
    old.workers = 8
    old.workNanoseconds = 20_000
    var new = old
    new.name = "new release"
    new.fileBytes = 10 << 30
    new.cachedShare = 0
    new.startNanoseconds = 10_000_000_000
    var study = Self(host, [old, new])
    study.durationNanoseconds = 180_000_000_000
    study.scale = 16
    return study
  }
}
