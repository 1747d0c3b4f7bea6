import HostMemory

/// What the model itself takes of the memory of the system that it runs on.
///
/// Bytes count in whole pages of that system, as it has given them.
public struct ModelMemory: Sendable, Hashable {
  /// The host's memory: the second stage's tables, and those of guests.
  public var tables = 0
  /// The records of the host's frames.
  public var frames = 0
  /// The records of what the machine's pages are backed with: its process's page table.
  public var backing = 0

  /// All of it.
  public var total: Int { tables + frames + backing }
}

extension VirtualMachine {
  /// What the model takes for the machine and its host.
  public func modelMemory(on host: inout Host) -> ModelMemory {
    ModelMemory(
      tables: host.residentBytes, frames: host.frames.residentBytes, backing: backing.residentBytes)
  }
}
