/// The files in which a host tells of its memory.
///
/// The live reader and the script that captures a host both take them from here. A `*` stands for any
/// name within its folder.
enum WantedFiles {
  /// The paths, without the slash at the front.
  static let patterns: [String] =
    [
      "proc/meminfo",
      "proc/zoneinfo",
      // AT_PAGESZ: the kernel's page, in which zones and watermarks are counted.
      "proc/self/auxv",
      "proc/self/cgroup",
      "proc/sys/kernel/hostname",
      "proc/sys/kernel/osrelease",
      "proc/sys/vm/min_free_kbytes",
      "proc/sys/vm/watermark_scale_factor",
      "proc/sys/vm/overcommit_memory",
      "proc/sys/vm/swappiness",
      "sys/devices/system/cpu/online",
      "sys/devices/system/node/node*/meminfo",
      "sys/devices/system/node/node*/cpulist",
      "sys/devices/system/node/node*/distance",
      "sys/devices/system/node/node*/hugepages/hugepages-*/nr_hugepages",
      "sys/devices/system/node/node*/hugepages/hugepages-*/free_hugepages",
      "sys/devices/system/node/node*/hugepages/hugepages-*/surplus_hugepages",
      "sys/kernel/mm/hugepages/hugepages-*/nr_hugepages",
      "sys/kernel/mm/hugepages/hugepages-*/free_hugepages",
      "sys/kernel/mm/hugepages/hugepages-*/resv_hugepages",
      "sys/kernel/mm/hugepages/hugepages-*/surplus_hugepages",
      "sys/kernel/mm/hugepages/hugepages-*/nr_overcommit_hugepages",
      "sys/kernel/mm/transparent_hugepage/enabled",
      "sys/kernel/mm/transparent_hugepage/defrag",
      "sys/kernel/mm/transparent_hugepage/shmem_enabled",
    ]
    + KernelMerging.files.map { "sys/kernel/mm/ksm/\($0)" }
    + ControlGroup.folders.flatMap { folder in
      ControlGroup.files.map { "\(folder)\($0)" }
    }

  /// The most files that are read, so that a strange host can't fill the memory.
  static let mostFiles = 50_000
  /// The largest file that is read.
  static let mostBytes = 4 << 20
}
