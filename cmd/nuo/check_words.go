package main

// What check, backup and restore say; the rules stand in words.go.
var (
	sayNoCheckFlag = text{"do not read the copy through afterwards", "不再通读检查副本"}
	sayNoFile      = text{"%s cannot be read: %s.", "无法读取 %s：%s。"}
	sayFileHeld    = text{
		"The store %s is in use (%s). Stop its server, or make a copy with nuo backup and check that.",
		"存储 %s 正在使用中（%s）。请先停止服务，或用 nuo backup 制作副本后检查副本。",
	}
	sayFileVersion = text{"The store %s: %s.", "存储 %s：%s。"}

	sayChecking = text{"%d records, reading: %s", "已读 %d 条记录，正在读：%s"}
	sayPages    = text{"reading the pages of the file", "正在检查文件页"}
	sayClean    = text{"No problems. Records: %d.", "没有发现问题。记录数：%d。"}
	sayMoreOf   = text{"… and %d more; --limit 0 shows all.", "……另有 %d 处；--limit 0 显示全部。"}
	sayProblems = text{
		"Problems: %d, in %d records. The store is as it was. Keep a copy of it as it is, and restore the last good backup with nuo restore.",
		"在 %[2]d 条记录中发现 %[1]d 处问题，存储未作改动。请保留现状副本，并用 nuo restore 恢复最近的完好备份。",
	}

	sayExists      = text{"%s exists already; name a new file.", "%s 已存在，请另取文件名。"}
	sayNotEmpty    = text{"%s is not empty; name a new or empty directory. Nothing was changed.", "%s 不是空目录，请指定新目录或空目录。未作任何更改。"}
	sayBadTarget   = text{"%s cannot be written: %s.", "无法写入 %s：%s。"}
	sayReceiving   = text{"%d of %d MiB", "%d/%d MiB"}
	sayTorn        = text{"The copy did not arrive whole; nothing was kept. Try again.", "副本未完整送达，未保留。请重试。"}
	sayBackedUp    = text{"Backup: %s, %d bytes, SHA-256 %s", "备份：%s，%d 字节，SHA-256 %s"}
	sayBackupWrong = text{
		"%s was kept as it arrived, but it has problems, and so the server's store does. Keep older backups.",
		"%s 已按原样保留，但其中有问题，说明服务端的存储也有问题。请保留更早的备份。",
	}
	sayRestored = text{
		"Restored to %s. Start the service with nuo serve --data %s", "已恢复到 %s。启动服务：nuo serve --data %s",
	}
	sayNotRestored = text{
		"Nothing was restored: %s has problems. Take another backup, or restore this one as it is with --no-check.",
		"未恢复：%s 中有问题。请换用其他备份；如需按原样恢复，请加 --no-check。",
	}
)
