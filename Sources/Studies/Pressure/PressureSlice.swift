public import HostMemory

/// A memory cgroup above services', or above other slices: its limits hold for all of them together.
public struct PressureSlice: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// The slice that it is in, which stands before it; below the root if there is none.
  public var slice: String?
  /// Its limits, in bytes.
  public var limits = MemoryGroupSettings()

  /// A slice without limits.
  public init(_ name: String) { self.name = name }
}
