import Guests
import HostMemory
import Simulation

extension Density {
  /// How many of the machines that fit are ready in time when they all start at once.
  func bootLimit(
    _ target: BootTarget, _ outcome: DensityOutcome
  ) throws(DensityError) -> DensityOutcome.BootLimit {
    DensityOutcome.BootLimit(
      machines: try most(target, outcome, .none), populated: try most(target, outcome, .writing))
  }

  /// The most machines, in the proportion of the outcome, that are ready in time.
  private func most(
    _ target: BootTarget, _ outcome: DensityOutcome, _ population: StormPolicy.Population
  ) throws(DensityError) -> UInt64 {
    let total = outcome.count
    guard total > 0 else { return 0 }
    if try isReady(total, target, outcome, population) { return total }
    var (low, high) = (UInt64(0), total)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if try isReady(middle, target, outcome, population) {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }

  private func isReady(
    _ machines: UInt64, _ target: BootTarget, _ outcome: DensityOutcome,
    _ population: StormPolicy.Population
  ) throws(DensityError) -> Bool {
    var fleet: [Flavour] = []
    var placed: UInt64 = 0
    var before: UInt64 = 0
    for (flavour, found) in zip(flavours, outcome.flavours) where found.count > 0 {
      guard let preset = flavour.guest else { throw .noBoot(flavour: flavour.name) }
      before += found.count
      // The parts of the proportion add up to the whole.
      let upTo = machines * before / outcome.count
      defer { placed = upTo }
      guard upTo > placed else { continue }
      guard flavour.memoryBytes <= 1 << 44 else {
        throw .guest(flavour: flavour.name, "it boots with at most 16 TiB.")
      }
      let profile: GuestProfile
      do {
        profile = try preset.profile(memoryBytes: flavour.memoryBytes)
      } catch {
        throw .guest(flavour: flavour.name, "\(error)")
      }
      var many = Flavour(flavour.name, count: Int(upTo - placed), profile, over: flavour.host)
      many.processors = flavour.processors
      fleet.append(many)
    }
    var storm = Storm(fleet, profile: target.profile)
    storm.host.processors = host.processors ?? storm.host.processors
    storm.host.memoryBytes = host.memoryBytes
    storm.policy.population = population
    let largest = flavours.map(\.backingBytes).min() ?? 4096
    storm.policy.backing = FrameOrder(bytes: largest) ?? .small
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
