import Costs
import Guests
import HostMemory
import Simulation

extension Density {
  /// Up to how many machines it is asked how many more would be ready in time.
  private static let mostStarted: UInt64 = 10_000

  /// How many of the machines that fit are ready in time when they all start at once.
  func bootLimit(
    _ target: BootTarget, _ counts: [UInt64]
  ) throws(DensityError) -> DensityOutcome.BootLimit {
    let total = counts.reduce(0, +)
    let search = try BootSearch(self, counts, target)
    let found = try search.most(total, .none)
    var alone: UInt64? = found
    if total > Self.mostStarted {
      alone = found == total ? nil : found
    } else if found == total, total > 0 {
      var endless = search
      endless.memoryBytes = .max / 2
      alone = try endless.most(2 * total, .none, atLeast: total)
      if alone == 2 * total { alone = nil }
    }
    let helped = try DensityOutcome.BootLimit.Help.allCases.filter { $0 != .none }.map {
      (help) throws(DensityError) in
      DensityOutcome.BootLimit.Helped(help: help, machines: try search.most(total, help))
    }
    // More are ready in time where everything is cheaper, and fewer where it is dearer.
    var (dear, cheap) = (search, search)
    dear.target.profile = target.profile.priced(\.high)
    cheap.target.profile = target.profile.priced(\.low)
    let range = try dear.most(found, .none)...cheap.most(total, .none, atLeast: found)
    return DensityOutcome.BootLimit(
      counts: search.fleet(of: found), alone: alone, helped: helped, range: range)
  }
}

extension CostProfile {
  /// The profile with one end of each price's range as its likely price.
  fileprivate func priced(_ end: KeyPath<Price, UInt64>) -> Self {
    components.reduce(self) { profile, component in
      guard let price = self[component],
        let moved = try? Price(price[keyPath: end], source: price.source)
      else { return profile }
      return profile.with(component, moved)
    }
  }
}

/// The search for how many machines, in a proportion, are ready in time.
private struct BootSearch {
  private let study: Density
  private let counts: [UInt64]
  private let total: UInt64
  /// A machine of each kind, with what it does while it boots.
  private let machines: [Flavour]
  var target: Density.BootTarget
  /// The memory of the host; what fits was worked out elsewhere.
  var memoryBytes: UInt64

  init(
    _ study: Density, _ counts: [UInt64], _ target: Density.BootTarget
  ) throws(DensityError) {
    self.study = study
    self.counts = counts
    self.target = target
    total = counts.reduce(0, +)
    memoryBytes = study.host.memoryBytes
    var machines: [Flavour] = []
    for flavour in study.flavours {
      guard let preset = flavour.guest else { throw .noBoot(flavour: flavour.name) }
      guard flavour.memoryBytes <= 1 << 44 else {
        throw .guest(flavour: flavour.name, "it boots with at most 16 TiB.")
      }
      let profile: GuestProfile
      do {
        profile = try preset.profile(memoryBytes: flavour.memoryBytes)
      } catch {
        throw .guest(flavour: flavour.name, "\(error)")
      }
      var machine = Flavour(flavour.name, count: 1, profile, over: flavour.host)
      machine.processors = flavour.processors
      machines.append(machine)
    }
    self.machines = machines
  }

  /// So many machines in the proportion: the parts add up to the whole.
  func fleet(of machines: UInt64) -> [UInt64] {
    guard total > 0 else { return counts }
    var (before, placed) = (UInt64(0), UInt64(0))
    return counts.map { count in
      before += count
      let upTo = machines * before / total
      defer { placed = upTo }
      return upTo - placed
    }
  }

  /// The most machines that are ready in time, up to a number; so many are known to be.
  func most(
    _ limit: UInt64, _ help: DensityOutcome.BootLimit.Help, atLeast least: UInt64 = 0
  ) throws(DensityError) -> UInt64 {
    guard limit > least else { return least }
    if try isReady(limit, help) { return limit }
    var (low, high) = (least, limit)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if try isReady(middle, help) {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }

  private func isReady(
    _ number: UInt64, _ help: DensityOutcome.BootLimit.Help
  ) throws(DensityError) -> Bool {
    var fleet: [Flavour] = []
    for (machine, count) in zip(machines, self.fleet(of: number)) where count > 0 {
      fleet.append(machine)
      fleet[fleet.count - 1].count = Int(count)
    }
    var storm = Storm(fleet, profile: target.profile)
    storm.host.processors = study.host.processors ?? storm.host.processors
    storm.host.memoryBytes = memoryBytes
    switch help {
    case .none: break
    case .hotSet:
      storm.policy.population = .writing
      storm.policy.extent = .hotSet
    case .populated: storm.policy.population = .writing
    }
    let smallest = study.flavours.map(\.backingBytes).min() ?? 4096
    storm.policy.backing = FrameOrder(bytes: smallest) ?? .small
    var limit = StormTarget()
    limit.percentile = target.percentile
    limit.ready = target.ready
    do {
      return try limit.misses(of: storm.run()).isEmpty
    } catch {
      // Guests that come to use more than there is are not ready in time either.
      if case .outOfMemory = error { return false }
      throw .storm(error)
    }
  }
}
