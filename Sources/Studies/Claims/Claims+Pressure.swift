import HostMemory
import Paging

/// The figures on watermarks, reclaim, the OOM choice and hosts under pressure.
extension Claims {
  static let pressureRows: [Row] = [
    ("F40", "Watermarks of 8 GB", { (_) throws(ClaimError) in watermarks() }),
    ("F41", "Free memory over time", { (_) throws(ClaimError) in timeline() }),
    ("F42", "Direct reclaim of 50 dirty pages", { (_) throws(ClaimError) in directReclaim() }),
    ("F43", "Swappiness", { (_) throws(ClaimError) in swappiness() }),
    ("F44", "The OOM choice", { (_) throws(ClaimError) in try badness() }),
    ("F45", "A leak of 100 MB an hour", { (_) throws(ClaimError) in try leak() }),
    ("F46", "120 GB on 64 GB", { (_) throws(ClaimError) in thrash() }),
    ("F47", "Many major faults", { (_) throws(ClaimError) in majorFaults() }),
    ("F77", "Five services", { (_) throws(ClaimError) in fiveServices() }),
    ("F78", "A deploy that starts cold", { (_) throws(ClaimError) in try deploy() }),
  ]

  private static let megabyte = Double(1 << 20)

  private static func watermarks() -> Found {
    let marks = Watermarks(ZoneExtent.x86(nodeBytes: [8 << 30]))
    func bytes(_ mark: (ZoneWatermarks) -> UInt64) -> Double {
      Double(marks.marks.reduce(0) { $0 + mark($1) } * 4096)
    }
    return (
      [
        .model(
          "min_free_kbytes in bytes", .bytes, 4 * Double(8192).squareRoot() * 1024,
          Double(marks.minFreeKibibytes * 1024), within: 0.01),
        .model("MIN", .bytes, 32 * megabyte, bytes(\.min), within: 0.05),
        .model("LOW", .bytes, 64 * megabyte, bytes(\.low), within: 0.05),
        .model("HIGH", .bytes, 96 * megabyte, bytes(\.high), within: 0.05),
      ],
      "Linux takes the root of KiB, and huge pages raise the minimum to 11 pageblocks a zone; the gap is a"
        + " quarter of it."
    )
  }

  private static func timeline() -> Found {
    let mebibyte: UInt64 = 256
    let host = HostLimits(
      frames: 8192 * mebibyte, min: 32 * mebibyte, low: 64 * mebibyte, high: 96 * mebibyte)
    var memory = PageReclaimer(host, pages: 2000, groups: [(MemoryGroupSettings(), nil)])
    memory.assign(0..<2000, to: 1, .anon)
    var page: UInt32 = 0
    var now: UInt64 = 0
    // So much is free, and a page is touched for the first time.
    func touch(free: UInt64, _ memory: inout PageReclaimer) {
      memory.setTables((8192 - free) * mebibyte - memory.usage(1), of: 1)
      now = memory.touch(page, isWrite: true, at: now).at
      page += 1
    }
    var awake: [Double] = []
    for free in [UInt64(512), 312, 62] {
      touch(free: free, &memory)
      awake.append(memory.isKswapdAwake ? 1 : 0)
    }
    memory.setTables((8192 - 112) * mebibyte, of: 1)
    let sleeps = memory.kswapd(at: now).sleeps
    let before = memory.total.stalls
    touch(free: 22, &memory)
    return (
      [
        .model("512 MB: kswapd awake", .count, 0, awake[0]),
        .model("312 MB: kswapd awake", .count, 0, awake[1]),
        .model("62 MB: kswapd awake", .count, 1, awake[2]),
        .model("112 MB: kswapd sleeps", .count, 1, sleeps ? 1 : 0),
        .model("22 MB: a touch reclaims itself", .count, 1, Double(memory.total.stalls - before)),
      ], "With the text's own marks (F40)."
    )
  }

  private static func directReclaim() -> Found {
    var host = HostLimits.ample
    host.swapPages = 100
    var times = ReclaimTimes()
    times.write = 5_000_000
    times.depth = 1
    times.submit = 0
    // 2 ms of scanning: each page is looked at when it is written and when it is freed.
    times.scan = 20_000
    var memory = PageReclaimer(
      host, pages: 50, groups: [(MemoryGroupSettings(), nil)], times: times)
    memory.assign(0..<50, to: 1, .anon)
    var now: UInt64 = 0
    for page in 0..<UInt32(50) { now = memory.touch(page, isWrite: true, at: now).at }
    memory.forgetAccesses()
    let reclaimed = memory.reclaim(50, of: 1, at: now)
    return (
      [
        .model("pages freed", .count, 50, Double(reclaimed.freed)),
        .model("time", .time, 252e12, Double(reclaimed.at - now) * 1e6, within: 0.05),
      ], "On a disk that writes one page at a time, at the row's own 5 ms."
    )
  }

  private static func swappiness() -> Found {
    let stated: [(UInt64, Double)] = [(0, 50), (60, 400), (100, 500), (200, 950)]
    return (
      stated.map { swappiness, megabytes in
        .model(
          "from anonymous memory at \(swappiness)", .bytes, megabytes * megabyte,
          Double(ScanBalance(swappiness: swappiness).share(1000, .anon)) * megabyte, within: 0.05)
      },
      "Of 1,000 MB that are scanned where neither kind has cost more so far. At 0 nothing anonymous is"
        + " taken, at 200 no file."
    )
  }

  private static func badness() throws(ClaimError) -> Found {
    let tables = try ClaimTables.guest(.x86Level4, [(0, 2 << 30, 4096)])
    let process = OOMBadness(
      residentPages: 2 << 18, swapPages: 100 << 8, tablePages: tables.count)
    let points = Double(process.points(totalPages: 8 << 18) ?? 0) * 4096
    return (
      [
        .model(
          "points of postgres, in bytes", .bytes, (2048 + 100 + 2048) * megabyte, points,
          within: 0.05)
      ],
      "Linux counts what is resident, in swap and in tables; address space that was never touched, and being"
        + " root, count for nothing since 2.6.36."
    )
  }

  private static func leak() throws(ClaimError) -> Found {
    let outcome = PressureStudy.leak.run()
    let leaking = outcome.services[0]
    let hours = 48.0
    let grown = Double(PressureStudy.leak.services[0].growthBytes) * 3600 * hours
    let tables = try ClaimTables.guest(.x86Level4, [(0, UInt64(grown) & ~4095, 4096)])
    return (
      [
        .model("bytes after 48 h", .bytes, 4.8 * 1024 * megabyte, grown, within: 0.05),
        .model("bytes of page tables", .bytes, 10 * megabyte, tables.bytes, within: 0.1),
        .model("kswapd wakes", .count, 1...Double.infinity, Double(outcome.counters.wakes)),
        .model("killed", .count, 1, Double(outcome.counters.kills)),
      ],
      "Scenarios/pressure/leak-cascade.yaml: on 8 GiB with 1 GiB of swap the leaking service is killed after"
        + " \(PressureDiagnosis.time(leaking.killedAt ?? 0)). That kswapd wakes at all is what is stated."
    )
  }

  private static func thrash() -> Found {
    let outcome = PressureStudy.thrash.run()
    var disk = PressureStudy.thrash
    disk.host.readNanoseconds = 10_000_000
    disk.host.writeNanoseconds = 10_000_000
    disk.host.depth = 4
    disk.durationNanoseconds = 7_200_000_000_000
    let slow = disk.run()
    let half = outcome.services[0].latency(percentile: 50) ?? 0
    return (
      [
        .model("of the time in faults", .percent, 85, 100 * outcome.lost, within: 0.05),
        .model("time of a query of 200 ms", .time, 240e15...Double.infinity, Double(half) * 1e6),
      ],
      "Scenarios/pressure/thrash-120-on-64.yaml, 16 workers on a SATA SSD. On four disks of 10 ms (F76)"
        + " half of the queries take more than"
        + " \(PressureDiagnosis.time(slow.services[0].latency(percentile: 50) ?? 0)), and"
        + " \(PressureDiagnosis.percent(slow.lost)) of the time is lost: not both are true of one host."
    )
  }

  private static func majorFaults() -> Found {
    (
      [
        .input(
          "major faults a second", .count, 10...10, PressureDiagnosis.manyMajorFaults)
      ], "The mark from which on a diagnosis says so."
    )
  }

  private static func fiveServices() -> Found {
    let together = PressureStudy.fiveServices.run()
    var alone = 0
    for service in PressureStudy.fiveServices.services {
      var one = PressureStudy.fiveServices
      one.services = [service]
      if PressureDiagnosis(one.run()).condition != .ample { alone += 1 }
    }
    return (
      [
        .model("services that lack memory alone", .count, 0, Double(alone)),
        .model(
          "of the time lost together", .percent,
          100 * PressureDiagnosis.thrashingShare...Double.infinity, 100 * together.lost),
      ],
      "Scenarios/pressure/five-services.yaml: 84 GiB on 64 GiB. From \(Int(100 * PressureDiagnosis.thrashingShare)) %"
        + " on, this model says that a host thrashes; the text has no number."
    )
  }

  private static func deploy() throws(ClaimError) -> Found {
    let outcome = PressureStudy.deploy.run()
    let (old, new) = (outcome.services[0], outcome.services[1])
    guard let warmUp = outcome.warmUp(of: 1), let time = warmUp.nanoseconds else {
      throw .unexpected("the release is never warm")
    }
    // The part of its faults that came until then.
    let start = PressureStudy.deploy.services[1].startNanoseconds
    let early = zip(outcome.samples, new.majorSeries).reduce(UInt64(0)) {
      $0 + ($1.0.at <= start + time ? $1.1 : 0)
    }
    let all = new.majorSeries.reduce(0, +)
    return (
      [
        .model(
          "of its major faults until it is warm", .percent, 90...100,
          100 * Double(early) / Double(all)),
        .model(
          "major faults a second at most", .count,
          10 * PressureDiagnosis.manyMajorFaults...Double.infinity, warmUp.mostRate),
        .model(
          "major faults of the release that has run on", .count, 0,
          Double(old.counters.majorFaults)),
      ],
      "Scenarios/pressure/cold-deploy.yaml with 24 GiB: 10 GiB of files on a SATA SSD, each page once; warm"
        + " after \(PressureDiagnosis.time(time)). With 12 GiB both releases do not fit, and it never is. That"
        + " nine tenths of its faults come first, and ten times the mark of F47 at most, are this model's own"
        + " thresholds."
    )
  }
}
