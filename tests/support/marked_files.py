"""Files unlike the corpus, each written before the redactor had seen its kind: `{{secret}}`, `<<fact>>`.

At first sight 92 % and 84 % of two rounds were found; most of the rest was then taught. So this guards against
going back, and says nothing about files that nobody has looked at yet.
"""

# ruff: noqa: E501 - rows of samples are read across

MARKED: tuple[tuple[str, str], ...] = (
    (
        "config.inc.php",
        "$cfg['blowfish_secret'] = '{{kjs8Hs92}}';\n$conf['db_pass'] = \"{{Tren#44}}\"; // <<main db>>\n",
    ),
    (
        "parameters.php",
        "'database_password' => '{{Tren44}}',\n 'cookie_key' => '{{abcDEF123ghi456}}',\n 'database_name' => '<<tienda>>',",
    ),
    (
        "local.xml",
        "<connection><host><![CDATA[<<localhost>>]]></host><password><![CDATA[{{Tren44}}]]></password></connection><crypt><key><![CDATA[{{0a1b2c3d4e5f60718293a4b5c6d7e8f9}}]]></key></crypt>",
    ),
    ("tomcat-users.xml", '<user username="<<tomcat>>" password="{{Tren44}}" roles="<<manager-gui>>"/>'),
    (
        "appsettings.json",
        '{"ConnectionStrings":{"Default":"Server=<<sql01>>;Database=x;User Id=sa;Password={{Tren44;}}"},"Jwt":{"Key":"{{superlongKey12345678}}"},"Smtp":{"Pass":"{{Luna99}}","Port":<<587>>}}',
    ),
    (
        "settings.yml",
        'smtp:\n  host: <<mail.x>>\n  clave: {{Luna99}}\n  contrasena: "{{Sol 88}}"\nwifi:\n  ssid: <<Casa>>\n  psk: {{Mar77xx}}\n',
    ),
    (
        ".bash_history",
        'export AWS_SECRET_ACCESS_KEY={{abcd/EFGH+1234}}\nmysql --user=root --password {{Luna99}}\nsudo mount -t cifs //n/s /m -o user=ana,pass={{Luna98}}\necho {{Luna97x}} | sudo -S ls\nssh-keygen -t rsa -N {{Luna96x}} -f <<k>>\nmysqladmin -u root password {{Luna95x}}\ngit clone https://ana:{{Luna94x}}@git.x/<<r.git>>\nansible-playbook -e "ansible_password={{Luna93x}}" <<site.yml>>\nhtpasswd -cb <<f>> ana {{Luna92x}}\nsmbpasswd -a ana\nborg init --encryption=<<repokey>>\nBORG_PASSPHRASE={{Luna91x}} borg list\nvncviewer -passwd <</root/.vnc/passwd>> h\nftp -n\nrsync -a --password-file=<</etc/rs.pw>> a b\npsql "postgresql://u:{{Luna90x}}@h/<<db>>"\npsql "host=h user=u password={{Luna89x}} dbname=<<x>>"\ncryptsetup luksOpen /dev/sda1 <<c>>\nnet rpc join -U admin%{{Luna88x}}\nldapmodify -D cn=a -w{{Luna87x}}\ncurl -k -X POST -d "user=ana&password={{Luna86x}}&ok=<<1>>" http://x\ncurl -d \'{"password":"{{Luna85x}}"}\' http://x\ncurl --user ana:{{Luna84x}} http://x\n',
    ),
    (
        "tasks.xml",
        "<Exec><Command>cmd</Command><Arguments>/c net use \\\\srv\\x /user:ana {{Luna99x}}</Arguments></Exec>",
    ),
    (
        "script.ps1",
        '$password = "{{Luna99x}}"\n$cred = New-Object System.Management.Automation.PSCredential("ana", (ConvertTo-SecureString "{{Luna98x}}" -AsPlainText -Force))\nInvoke-Command -ComputerName <<pc1>>\nSet-ADAccountPassword -Identity ana -NewPassword {{Luna97x}}\nconnect -Password \'{{Luna96x}}\' -Port <<22>>\n',
    ),
    (
        "login.bat",
        "@echo off\nnet use X: \\\\<<nas>>\\datos {{Luna99x}} /user:ana /persistent:yes\nset PASS={{Luna98x}}\nmstsc /v:<<srv>>\n",
    ),
    (
        "syslog",
        'Jan  2 10:00:00 h CRON[1]: (root) CMD (mysqldump -uroot -p{{Luna99x}} <<tienda>> > /b.sql)\nJan  2 10:00:01 h sudo: ana : TTY=pts/0 ; PWD=<</home/ana>> ; USER=root ; COMMAND=/usr/bin/curl -u x:{{Luna98x}} http://y\nJan  2 10:00:02 h php: PDOException: connect(mysql:host=db, root, password={{Luna97x}})\nJan  2 h wpa_supplicant[1]: wlan0: <<CTRL-EVENT-CONNECTED>>\nJan 2 h dovecot: auth: Debug: client in: AUTH 1 PLAIN service=imap resp={{AGFuYQBMdW5hOTZ4}}\nJan 2 h pppd[2]: sent [PAP AuthReq id=0x1 user="ana" password="{{Luna95x}}"]\n',
    ),
    (
        "keepass.csv",
        '"Account","Login Name","Password","Web Site"\n"<<Banco>>","ana","{{Luna,99x}}","http://b"\n',
    ),
    (
        "notas.md",
        "# Accesos\n- Router: admin / {{Luna99x}}\n- **Contraseña NAS:** {{Sol88x!}}\n- Wifi <<Tienda>>: clave {{Mar77x}}\n- usuario=ana contraseña=«{{Rio 66}}»\n- <<Teléfono: 600 123 123>>\nPass del correo -> {{Lago55x}}\nUser/Pass: ana/{{Pino44x}}\nTarjeta: {{4539 5787 6362 1486}} cad <<12/28>>\n",
    ),
    (
        "mensaje.txt",
        'Buenos días, le paso la contraseña nueva: {{Luna99x}}. Un saludo.\nLa contraseña del servidor era {{Sol88x}} pero <<ya no funciona>>.\nA senha é "{{Rio77x}}".\nLa contrasenya de la base de dades és {{Mar66x}}\nmy password is {{Lake55x}} <<thanks>>\nHe cambiado la clave a {{Pino44x}}\nLa contraseña no es correcta <<desde ayer>>\nEl PIN es {{4455}}.\ncódigo de la alarma {{7788}}\nclave: {{perrito}}\n',
    ),
    (
        "sw.cfg",
        "hostname <<SW9>>\nusername ana secret 9 $9${{abc$defghi}}\nline con 0\n password {{Luna99x}}\nsnmp-server community {{Sol88x}} view <<V1>> RW 10\nip http authentication <<local>>\nradius server R\n address ipv4 <<10.0.0.1>> auth-port 1812\n key 7 {{0822455D0A16}}\nrouter bgp 1\n neighbor 10.0.0.2 password {{Mar66x}}\nkey chain K\n key 1\n  key-string {{Rio77x}}\nsnmp-server user u g v3 auth sha {{Lago55x}} priv aes 128 {{Pino44x}}\nwlan x\n security wpa psk set-key ascii 0 {{Nube33x}}\naaa group server radius G\n server-private 10.0.0.1 key {{Monte22x}}\n",
    ),
    (
        "aruba.cfg",
        'password manager user-name "admin" sha1 "{{0a1b2c3d4e5f60718293}}"\nsnmp-server community "{{Sol88x}}" operator\nwlan ssid-profile x\n wpa-passphrase {{Luna99x}}\ntacacs-server host <<10.1.1.1>> key "{{Mar66x}}"\n',
    ),
    (
        "edge.conf",
        "set system login user ubnt authentication encrypted-password '{{$6$abc$defghijkl}}'\nset vpn l2tp remote-access authentication local-users username ana password {{Luna99x}}\nset vpn ipsec site-to-site peer <<1.2.3.4>> authentication pre-shared-secret {{Sol88x}}\nset service snmp community {{Mar66x}}\n",
    ),
    (
        "pfsense.xml",
        "<pfsense><system><user><name><<admin>></name><bcrypt-hash>{{$2y$10$abcdefghijklmnopqrstuv}}</bcrypt-hash></user></system><ipsec><pre-shared-key>{{Sol88x}}</pre-shared-key></ipsec><snmpd><rocommunity>{{Mar66x}}</rocommunity></snmpd><openvpn><tls>{{LS0tLS1CRUdJTiBPcGVuVlBO}}</tls></openvpn></pfsense>",
    ),
    (
        "env.json",
        '{"environment":[{"name":"API_SECRET","value":"{{Sol88x}}"}],"auth_token":"{{abcdef123456}}","password":{"value":"{{Luna99x}}"},"pin":"{{4321}}","count":<<3>>,"client_id":"<<abc-123>>","refresh_token":"{{def456abc789}}","clave_acceso":"{{Mar66x}}"}',
    ),
    (
        "x.reg",
        'Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\x]\n"HostName"="<<10.0.0.1>>"\n"ProxyPassword"="{{Luna99x}}"\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\RealVNC]\n"Password"=hex:{{01,02,aa,bb,cc,dd,ee,ff}}\n"PortNumber"=dword:<<0000170c>>\n"ProductKey"="{{ABCDE-12345-FGHIJ-67890-KLMNO}}"\n',
    ),
    (
        "hostapd.conf",
        "ssid=<<Tienda>>\nwpa=2\nwpa_passphrase={{Luna 99x}}\nwpa_key_mgmt=<<WPA-PSK>>\nradius_server_shared_secret={{Sol88x}}\n",
    ),
    (
        "netplan.yaml",
        'network:\n  wifis:\n    wlan0:\n      access-points:\n        "<<Tienda>>":\n          password: "{{Luna99x}}"\n          auth:\n            key-management: <<psk>>\n            password: {{Sol88x}}\n',
    ),
    (
        "iwd.psk",
        "[Security]\nPreSharedKey={{0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}}\nPassphrase={{Luna99x}}\n",
    ),
    ("ifcfg-wlan0", 'DEVICE=<<wlan0>>\nKEY={{s:Luna99x}}\nWPA_PSK="{{Sol88x}}"\n'),
    (
        "main.cf",
        "smtp_sasl_password_maps = <<hash:/etc/postfix/sasl_passwd>>\nsmtpd_tls_key_file = <</etc/ssl/k.pem>>\n",
    ),
    (
        "zabbix.conf",
        "DBPassword={{Luna99x}}\nTLSPSKIdentity=<<PSK 001>>\nTLSPSKFile=<</etc/z.psk>>\nDBUser=<<zabbix>>\n",
    ),
    ("odbc.ini", "[dsn]\nPWD = {{Luna99x}}\nUID = <<sa>>\nServer = <<sql>>\n"),
    (
        "freeradius/users",
        'ana Cleartext-Password := "{{Luna99x}}"\n  Reply-Message = "<<Hola>>"\nbob NT-Password := {{0123456789ABCDEF0123456789ABCDEF}}\n',
    ),
    (
        "sip.conf",
        "secret={{Luna99x}}\nregister => 100:{{Sol88x}}@<<sip.x>>\nmd5secret={{0123456789abcdef0123456789abcdef}}\n",
    ),
    ("proftpd.conf", "SQLConnectInfo db@<<localhost>> ana {{Luna99x}}\n"),
    (
        "duplicity.sh",
        'export PASSPHRASE="{{Luna99x}}"\nexport FTP_PASSWORD=\'{{Sol88x}}\'\nB2_KEY="{{K001abcdEFGH1234ijkl}}"\nRESTIC_REPOSITORY=<<s3:x>>\nRCLONE_CONFIG_PASS={{Mar66x}}\n',
    ),
    (
        "http.log",
        "> Authorization: Basic {{YW5hOkx1bmE5OXg=}}\n> User-Agent: <<curl/7.88>>\n< Set-Cookie: PHPSESSID={{abc123def456ghi}}; path=<</>>\nGET /login?user=ana&pwd={{Luna99x}}&lang=<<es>>\nX-Auth-Token: {{abcdef0123456789}}\n",
    ),
    (
        "rcon.properties",
        "rcon.password={{Luna99x}}\nserver-port=<<25565>>\nkeystore.file=<<a.jks>>\nkeystore.pass={{Sol88x}}\n",
    ),
    (
        "GeneXus.config",
        '<add key="Connection-Default-Password" value="{{Luna99x}}" /><add key="Connection-Default-User" value="<<sa>>" />',
    ),
    (
        "ContPAQ.ini",
        "[SQL]\nServidor=<<PC1>>\nUsuario=<<sa>>\nContrasena={{Luna99x}}\nClaveSQL={{Sol88x}}\nClaveProducto=<<A-100>>\n",
    ),
    (
        "sat.txt",
        "RFC: <<XAXX010101000>>\nContraseña CIEC: {{Luna99x}}\nClave privada FIEL: {{Sol88x}}\nArchivo <<fiel.key>>\n",
    ),
    (
        "ticket.json",
        '{"subject":"<<No imprime>>","body":"La clave del escritorio remoto es {{Luna99x}} y el usuario <<caja1>>","priority":<<2>>}',
    ),
    (
        "docker.log",
        "Generated root password: {{Luna99x}}\nGENERATED ROOT PASSWORD: {{Sol88x}}\nA temporary password is generated for root@localhost: {{Mar;66x}}\n<<Ready for connections>>\n",
    ),
    ("gitlab.rb", "gitlab_rails['smtp_password'] = \"{{Luna99x}}\"\ngitlab_rails['smtp_port'] = <<587>>\n"),
    (
        "jenkins.xml",
        "<passphrase>{AQAAABAAAAAw{{abcdef123456}}}</passphrase><apiToken>{{0a1b2c3d4e5f}}</apiToken><id><<cred-1>></id>",
    ),
    (
        "terraform.tfstate",
        '{"resources":[{"attributes":{"username":"<<ana>>","master_password":"{{Luna99x}}","secret_string":"{{Sol88x}}"}}]}',
    ),
    (
        "ansible.ini",
        "[all]\nh1 ansible_host=<<10.0.0.1>> ansible_user=ana ansible_ssh_pass={{Luna99x}} ansible_port=<<22>>\n",
    ),
    (
        "supervisord.conf",
        "[inet_http_server]\nusername=<<ana>>\npassword={{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d}}\n",
    ),
    (
        "systemd-show.txt",
        "Environment=DB_URL=mysql://u:{{Luna99x}}@<<db>>/x SECRET_KEY={{abcdefgh12345}}\nExecMainPID=<<812>>\n",
    ),
    (
        "ps.txt",
        "root 1 0.0 sshpass -p {{Luna99x}} rsync -a /a root@<<h>>:/b\nroot 2 0.0 openvpn --config <</etc/o.conf>>\nana 3 0.0 rdesktop -u ana -p {{Sol88x}} <<10.0.0.3>>\nana 4 smbclient //n/s {{Mar66x}} -U ana\nana 5 restic -r s3:x --password-command=<<x>>\nana 6 vlc rtsp://admin:{{Rio77x}}@<<10.0.0.7>>/ch1\nana 7 ffmpeg -i http://10.0.0.8/video?usr=admin&pwd={{Lago55x}}\nana 8 mongod --port <<27017>>\n ana 9 mongo -u a -p {{Pino44x}}\nana 10 java -jar a.jar --spring.datasource.password={{Nube33x}}\n",
    ),
    (
        "journal.json",
        '{"MESSAGE":"Invalid login for ana","_CMDLINE":"mysql -uroot -p{{Luna99x}} tienda","_PID":"<<812>>","PRIORITY":"<<6>>"}',
    ),
    (
        "yealink.cfg",
        "account.1.password = {{Luna99x}}\naccount.1.user_name = <<100>>\nlocal_time.ntp_server1 = <<pool.x>>\n",
    ),
    ("grandstream.txt", "P34={{Luna99x}}\n"),
    ("hik.csv", "IP,Usuario,Clave\n<<10.0.0.9>>,admin,{{Luna99x}}\n<<10.0.0.10>>,admin,{{Sol88x}}\n"),
    (
        "unbound.txt",
        'rndc-key: key "<<rndc-key>>" { algorithm hmac-sha256; secret "{{abcdEFGH1234567890abcdEFGH=}}"; };\n',
    ),
    ("bacula.conf", 'Director {\n  Name = <<bacula-dir>>\n  Password = "{{Luna99x}}"  # <<Console>>\n}\n'),
    ("xorg.txt", "VNC password is {{Luna99x}}\n"),
    (
        "dump2.sql",
        "INSERT INTO users (id,name,password) VALUES (1,'<<ana>>','{{$2y$10$abcdefghijklmnopqrstuv}}');\nUPDATE wp_users SET user_pass=MD5('{{Luna99x}}') WHERE id=<<1>>;\nEXEC sp_addlogin '<<ana>>', '{{Sol88x}}'\nCREATE LOGIN x WITH PASSWORD = N'{{Mar66x}}'\n",
    ),
    (
        "wlan.xml",
        "<sharedKey><keyType><<passPhrase>></keyType><protected><<false>></protected><keyMaterial>{{Luna99x}}</keyMaterial></sharedKey>",
    ),
    (
        "oauth.log",
        '{"grant_type":"<<password>>","username":"ana","password":"{{Luna99x}}"}\nrefresh_token={{abc123def456ghi789}}&grant_type=<<refresh_token>>&client_secret={{zzz111yyy222}}\ntoken expired for <<ana>>\n',
    ),
    (
        "git.config",
        '[remote "origin"]\n url = https://oauth2:{{abcdef1234567890}}@g.x/<<r.git>>\n[credential]\n helper = <<store>>\n',
    ),
    ("apcupsd.conf", "UPSNAME <<sai>>\nUPSCABLE <<usb>>\n"),
    (
        "pam.log",
        "pam_unix(sshd:auth): check pass; user <<unknown>>\nauthentication token manipulation error: <<passwd unchanged>>\nsecret service started pid=<<123>>\nkey event code=<<28>>\npassword for ana will expire in <<7 days>>\nSelinux: <<key=(null)>>\nUsing <<keyring>>: 3 keys\nkernel: Loading compiled-in X.509 certificates <<Debian Secure Boot CA>>: 6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1\nloaded key <<6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1>>\ntoken_count: <<512345>>\nmax_tokens=<<4096>>\nsecret rotation: <<30 days>>\npublic key: <<AAAAB3NzaC1yc2E>>\nSSID=<<Casa>> auth=<<WPA2>>\nSession: <<31 of user ana>>\nauth_method=<<scram-sha-256>>\nkey: <<HKLM\\SOFTWARE\\X>>\npassword_encryption = <<scram-sha-256>>\nkeyspace hits: <<123456789>>\nauth: <<login1>>\nAPI key name: <<produccion>>\n",
    ),
)
