import Costs
import Guests
import HostMemory
import Paging
import Simulation

/// The figures on boots: recorded ones are played against the second stage, alone and all at once.
extension Claims {
  static let bootRows: [Row] = [
    (
      "F05", "The boot of one VM that nobody prepared",
      { (claims) throws(ClaimError) in try claims.boot() }
    ),
    ("F06", "32 VMs that boot at once", { (claims) throws(ClaimError) in try claims.bootStorm() }),
  ]

  private func boot() throws(ClaimError) -> Found {
    let alone = try Self.storm(1, .debianBoot, processors: 1, textbook(.x86))
    let measured = try Self.storm(1, .debianBoot, processors: 1, profiles.measuredX86)
    let small = try Self.storm(1, .microvm, processors: 1, textbook(.x86))
    let smallMeasured = try Self.storm(1, .microvm, processors: 1, profiles.measuredX86)
    let seconds = Self.seconds(alone.flavours[0].alone)
    let half = Self.seconds(alone.flavours[0].bareMetal) / 2
    let needed = half / Double(alone.ledger.exits) * 1e6
    return (
      [
        .model(
          "longer than on bare metal", .percent, 50, Self.slowdown(alone), within: 0.15),
        .model(
          "cascades a second", .count, 1000...9999,
          Double(alone.ledger.faults(.cascade)) / seconds),
      ],
      "A recorded boot of Debian in 4 GiB at the texts' prices, \(alone.ledger.exits) faults; at those of"
        + " \(profiles.measuredX86.name) it is \(Self.whole(Self.slowdown(measured))) % longer. For"
        + " half as long again a fault would have to take \(Self.whole(needed)) µs. The same kernel in a"
        + " minimal machine boots so soon that it is \(Self.whole(Self.slowdown(small))) % and"
        + " \(Self.whole(Self.slowdown(smallMeasured))) % longer. It has written its tables before it walks"
        + " them, so that nothing cascades."
    )
  }

  private func bootStorm() throws(ClaimError) -> Found {
    var checks: [ClaimCheck] = []
    var measured: [String] = []
    for processors in [32, 16, 8] {
      let storm = try Self.storm(32, .debianBoot, processors: processors, textbook(.x86))
      checks.append(
        .model(
          "times bare metal, \(processors) processors", .ratio, 5, Self.ratio(storm), within: 0.05))
      if processors == 8 {
        checks.append(
          .model(
            "stage-2 faults a second, 8 processors", .count, 10_000...99_999,
            Double(storm.ledger.exits) / Self.seconds(storm.ready.most)))
      }
      let other = try Self.storm(32, .debianBoot, processors: processors, profiles.measuredX86)
      measured.append("\(Double(Int((Self.ratio(other) * 100).rounded())) / 100)")
    }
    return (
      checks,
      "The texts name no host. Five times comes out where four VMs share a processor: four of the five"
        + " are waits for it, which they would have without any fault. At the prices of"
        + " \(profiles.measuredX86.name) it is \(measured[0]), \(measured[1]) and \(measured[2]) times."
    )
  }

  /// How many times fewer faults a boot takes whose memory is backed in large pages.
  func bootFaults(_ profile: CostProfile) throws(ClaimError) -> Double {
    let small = try Self.storm(1, .debianBoot, processors: 1, profile)
    let large = try Self.storm(1, .debianBoot, processors: 1, profile, backing: .large)
    return Double(small.ledger.exits) / Double(large.ledger.exits)
  }

  // MARK: Plays

  /// Recorded boots of one kind, all at once, on a host with so many processors.
  private static func storm(
    _ count: Int, _ guest: GuestPreset, processors: Int, _ profile: CostProfile,
    backing: FrameOrder = .small
  ) throws(ClaimError) -> StormOutcome {
    let boot: GuestProfile
    do {
      boot = try guest.profile(memoryBytes: 4 << 30)
    } catch {
      throw .unexpected("\(error)")
    }
    var storm = Storm([Flavour(guest.rawValue, count: count, boot, over: .ept4)], profile: profile)
    storm.host.processors = processors
    storm.host.memoryBytes = 256 << 30
    storm.policy.backing = backing
    do {
      return try storm.run()
    } catch {
      throw .storm(error)
    }
  }

  private static func seconds(_ time: VirtualDuration) -> Double {
    Double(time.picoseconds) / 1e12
  }

  /// How many times bare metal it takes until all machines are ready.
  private static func ratio(_ storm: StormOutcome) -> Double {
    seconds(storm.ready.most) / seconds(storm.flavours[0].bareMetal)
  }

  /// By how many percent bare metal is faster.
  private static func slowdown(_ storm: StormOutcome) -> Double { 100 * (ratio(storm) - 1) }

  private static func whole(_ number: Double) -> Int { Int(number.rounded()) }
}
