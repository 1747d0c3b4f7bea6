import Guests
import Paging
import Testing

@Suite("A variant of a guest differs as it was drawn, and in nothing else")
struct GuestVariantTests {
  /// A guest of two phases that touches 4,000 pages for writing and half of them again.
  private static var guest: GuestProfile {
    let runs = [
      GuestPhase.Run(page: 256, count: 4000, kind: .write),
      GuestPhase.Run(page: 256, count: 2000, stride: 2, kind: .fetch, novelty: .kind),
    ]
    return GuestProfile(
      "pages", GuestLayout(memoryBytes: 64 << 20),
      phases: [
        GuestPhase(
          "one", .runs(runs, nanoseconds: 1_000_003), waitNanoseconds: 77, source: "made up"),
        GuestPhase(
          "two", .runs([GuestPhase.Run(page: 9000, count: 100, kind: .device)], nanoseconds: 501),
          endsReady: true, source: "made up"),
      ],
      mapping: GuestMapping(
        .x86Level4, base: GuestVirtual(0xffff_8880_0000_0000), pageBytes: 2 << 20))
  }

  private func steps(_ change: (inout GuestVariant) -> Void) -> [GuestStep] {
    var guest = Self.guest
    var variant = GuestVariant(seed: 7)
    change(&variant)
    guest.variant = variant
    return Array(guest.steps())
  }

  private func touches(_ steps: [GuestStep]) -> [GuestTouch] {
    steps.compactMap { if case .touch(let touch) = $0 { touch } else { nil } }
  }

  private func work(_ steps: [GuestStep]) -> UInt64 {
    steps.reduce(0) { if case .compute(let time) = $1 { $0 + time } else { $0 } }
  }

  @Test("a variant that differs in nothing makes the profile's steps")
  func same() {
    let plain = Array(Self.guest.steps())
    #expect(steps { _ in } == plain)
    #expect(steps { $0.work = GuestVariant.one } == plain)
  }

  @Test("work is scaled, and nothing of it is lost to rounding", arguments: [7, 50, 100, 133])
  func scaled(percent: UInt64) {
    let factor = GuestVariant.one * percent / 100
    let steps = steps { $0.work = factor }
    let all = UInt64(1_000_003 + 501)
    #expect(work(steps) == UInt64((UInt128(all) * UInt128(factor)) >> 32))
    #expect(touches(steps) == touches(Array(Self.guest.steps())))
    var guest = Self.guest
    guest.variant = GuestVariant(seed: 1)
    guest.variant?.work = factor
    #expect(guest.readyNanoseconds == work(steps) + 77)
  }

  @Test("so many pages are left out, each with all of its touches, and no device's")
  func leftOut() {
    let steps = steps { $0.leftOut = GuestVariant.one / 10 }
    let left = touches(steps)
    let written = Set(left.filter { $0.kind == .write }.map(\.address))
    // 400 of 4,000 are expected; the standard deviation is 19.
    #expect(written.count.magnitude > 3500 && written.count < 3700)
    let fetched = Set(left.filter { $0.kind == .fetch }.map(\.address))
    let even = written.filter { ($0.value >> 12) % 2 == 0 }
    #expect(fetched == even)
    let devices = left.filter { $0.kind == .device }.count
    #expect(devices == 100)
    #expect(work(steps) == 1_000_504)
    let other = self.steps {
      $0.leftOut = GuestVariant.one / 10
      $0.seed = 8
    }
    #expect(other != steps)
  }

  @Test("touches change places within their window and their phase", arguments: [2, 16, 5000])
  func window(_ window: Int) {
    let plain = Array(Self.guest.steps())
    let steps = steps { $0.window = window }
    #expect(steps.count == plain.count && steps != plain)
    // Work stays where it is, and each window has the touches that it had.
    for (one, other) in zip(steps, plain) {
      if case .touch = one { continue }
      #expect(one == other)
    }
    func isInOrder(_ one: GuestTouch, _ other: GuestTouch) -> Bool {
      (one.address.value, one.kind.rawValue) < (other.address.value, other.kind.rawValue)
    }
    let first = touches(plain).prefix(window).sorted(by: isInOrder)
    let drawn = touches(steps).prefix(window).sorted(by: isInOrder)
    #expect(drawn == first)
    let all = touches(plain).sorted(by: isInOrder)
    #expect(touches(steps).sorted(by: isInOrder) == all)
    let second = touches(steps).suffix(100).filter { $0.kind == .device }.count
    #expect(second == 100)
  }
}
