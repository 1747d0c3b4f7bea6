import HostMemory
import Hypervisor
import Paging
import Testing

@Suite("The process's own table")
struct ProcessTableTests {
  private static func tables(
    _ bytes: UInt64, _ backing: FrameOrder, _ populate: [UInt64]?
  ) throws -> UInt64 {
    var host = try Host(bytes: 16 << 30)
    let slot = Slot(at: GuestPhysical(0), bytes: bytes, source: .zero)
    var configuration = MachineConfiguration(.ept4, slots: [slot])
    configuration.policy.backing = backing
    var machine = try VirtualMachine(configuration, on: &host)
    if let populate {
      for address in populate {
        machine.touchByProcess(GuestPhysical(address), .write, on: &host)
      }
    } else {
      try machine.populate(.all, to: .process, on: &host)
    }
    return machine.processTableBytes / 4096
  }

  @Test("all of a memory in small pages has a table for each 2 MiB, and those above")
  func small() throws {
    #expect(try Self.tables(3 << 30, .small, nil) == 1536 + 3 + 2)
  }

  @Test("large pages need no tables of small ones, and huge pages none at all")
  func large() throws {
    #expect(try Self.tables(3 << 30, .large, nil) == 3 + 2)
    #expect(try Self.tables(3 << 30, .huge, nil) == 0)
  }

  @Test("pages here and there have the tables on their way")
  func sparse() throws {
    #expect(try Self.tables(4 << 30, .small, []) == 0)
    #expect(try Self.tables(4 << 30, .small, [0, 4096, 2 << 20 - 1]) == 1 + 1 + 2)
    #expect(try Self.tables(4 << 30, .small, [0, 2 << 20, 3 << 30]) == 3 + 2 + 2)
  }
}
