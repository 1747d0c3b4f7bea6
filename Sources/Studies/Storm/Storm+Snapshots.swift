import Costs
import Guests
import Simulation

/// Snapshots that several machines read through the host's page cache.
extension Storm {
  /// The names of the snapshots that machines share, in the order of the fleet.
  var sharedSnapshots: [String] {
    var names: [String] = []
    for flavour in fleet {
      if let name = flavour.sharedSnapshot, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The number of the snapshot that a flavour's machines share with others, if they do.
  func snapshotNumber(_ flavour: Flavour) -> Int? {
    flavour.sharedSnapshot.flatMap { sharedSnapshots.firstIndex(of: $0) }
  }

  /// How many pages the memory has that a snapshot holds.
  func snapshotPages(_ name: String) -> Int {
    let layouts = fleet.filter { $0.sharedSnapshot == name }.map(\.guest.layout)
    return layouts.map { Int(($0.lowBytes + $0.highBytes) / 4096) }.max() ?? 0
  }

  /// Refuses what the page cache takes beside the machines if the host has no room for it.
  func checkMemory(_ usedBytes: UInt64) throws(StormError) {
    guard usedBytes > host.memoryBytes,
      let flavour = fleet.last(where: { $0.sharedSnapshot != nil })
    else { return }
    throw .outOfMemory(flavour: flavour.name, needed: usedBytes, available: host.memoryBytes)
  }
}

extension Flavour {
  /// The snapshot that the machines share with each other, if they do.
  var sharedSnapshot: String? { source == .sharedSnapshot ? snapshotName : nil }
}

extension Ledger {
  /// Counts what was read into the page cache, each request for what it was made for.
  mutating func count(_ use: PageCacheUse) {
    for reading in use.readings {
      let activity = Activity.all[Int(reading.purpose)]
      self.use(.storageRequest, for: activity)
      self.use(.storageByte, UInt64(reading.bytes), for: activity)
    }
  }
}

extension StormStage {
  /// How the page cache was used, all snapshots together.
  var pageCacheUse: PageCacheUse {
    var use = PageCacheUse()
    for cache in resources.caches { use.add(engine.use(of: cache)) }
    return use
  }

  /// What was noted, with the frames of the page cache.
  func series(_ series: TimeSeries) -> TimeSeries {
    var series = series
    for reading in pageCacheUse.readings {
      series.add(reading.bytes, to: StormQuantity.bytes, at: reading.time)
    }
    return series
  }
}
