import Paging
import Studies
import Testing

@Suite("What a machine takes")
struct OverheadTests {
  private let gibibyte: UInt64 = 1 << 30

  private func machine(_ memory: UInt64, _ change: (inout DensityFlavour) -> Void = { _ in })
    -> MachineOverhead
  {
    var flavour = DensityFlavour("machine", memoryBytes: memory)
    change(&flavour)
    return MachineOverhead(flavour)
  }

  @Test("KubeVirt's example of 2 GiB and 2 processors is 280 MiB (B7)")
  func kubeVirt() {
    var flavour = DensityFlavour("machine", memoryBytes: 2 << 30)
    flavour.processors = 2
    #expect(OverheadRule.kubeVirt(flavour).bytes == 280 << 20)
  }

  @Test("16 machines of 8 GiB need 512 MiB for the guests' and the second stage's tables (F59)")
  func tables() throws {
    let one = machine(8 << 30)
    let sum = try #require(one[.guestTables]).worst + #require(one[.secondStage]).worst
    #expect(16 * sum >= 512 << 20)
    #expect(Double(16 * sum) < 1.01 * Double(512 << 20))
    // Eight of them: 128 MiB each way (F52).
    #expect(8 * (try #require(one[.secondStage]).worst) >> 20 == 128)
    let stated = try #require(
      OverheadRule.all(for: one.flavour).first { $0.source == "F59" })
    #expect(abs(Double(stated.bytes) / Double(8 * gibibyte) - 0.004) < 0.0001)
  }

  @Test("pages of 2 MiB shrink 200 MiB of tables for 100 GiB to 400 KiB (F53)")
  func pageSizes() throws {
    let small = try #require(machine(100 << 30)[.processTables])
    let large = try #require(machine(100 << 30) { $0.backingBytes = 2 << 20 }[.processTables])
    #expect(abs(Double(small.worst) / Double(200 << 20) - 1) < 0.01)
    #expect(abs(Double(large.worst) / Double(400 << 10) - 1) < 0.03)
  }

  @Test("the guest's records of frames take 16 KiB of each mebibyte (V16)")
  func guestFrames() throws {
    let sizes = [128, 256, 512, 1024, 1536, 2048].map { UInt64($0) << 20 }
    let kept = try sizes.map { try #require(machine($0)[.guestFrames]).worst }
    for (left, right) in zip(zip(sizes, kept), zip(sizes, kept).dropFirst()) {
      #expect((right.1 - left.1) / ((right.0 - left.0) >> 20) == 16 << 10)
    }
  }

  @Test("what a booted guest and its program hold grows as was measured (V17)")
  func resident() throws {
    for monitor in MonitorKind.allCases {
      func held(_ mebibytes: UInt64) throws -> Double {
        let one = machine(mebibytes << 20) { $0.monitor = monitor }
        return Double(try #require(one[.guestMemory]).now + #require(one[.monitor]).now)
      }
      let slope = (try held(2048) - held(512)) / 1536 / 1024
      #expect((17.5...18.5).contains(slope), "\(monitor): \(slope) KiB for each MiB")
    }
    // Row B2's guests of 512 MiB to 2 GiB; Firecracker's of 512 MiB and 2 GiB were fitted.
    let measured: [(MonitorKind, [UInt64])] = [
      (.firecracker, [179_768, 187_952, 197_720, 207_228]),
      (.qemu, [205_028, 215_420, 221_644, 231_892]),
      (.cloudHypervisor, [180_452, 190_768, 199_816, 208_856]),
    ]
    for (monitor, sizes) in measured {
      for (mebibytes, kibibytes) in zip([512, 1024, 1536, 2048] as [UInt64], sizes) {
        let one = machine(mebibytes << 20) { $0.monitor = monitor }
        let held = try #require(one[.guestMemory]).now + #require(one[.monitor]).now
        #expect(
          abs(Double(held) / Double(kibibytes << 10) - 1) < 0.02, "\(monitor), \(mebibytes) MiB")
      }
    }
  }

  @Test("a pool is charged the guest's memory, and keeps 4 KiB of records for each of its pages")
  func pool() throws {
    let one = machine(16 << 30) {
      $0.backingBytes = 1 << 30
      $0.usesPool = true
    }
    #expect(one.charged(to: .pool, atWorst: false) == 16 << 30)
    #expect(one[.hostFrames]?.worst == 16 * 4096)
    #expect(one[.secondStage]?.worst == 2 * 4096)
    #expect(try #require(machine(16 << 30)[.hostFrames]).worst == 256 << 20)
  }

  @Test("each rule and its differences from the model add up")
  func differences() {
    let one = machine(8 << 30) { $0.processors = 4 }
    for rule in OverheadRule.all(for: one.flavour) {
      let rows = rule.differences(from: one)
      #expect(rows.reduce(0) { $0 + $1.rule } == rule.bytes)
      #expect(rows.reduce(0) { $0 + $1.model } == one.added(atWorst: true), "\(rule.name)")
    }
  }
}
